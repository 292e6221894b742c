//! Configures a session, and rejects servers that could lose acknowledged writes.

use std::time::Duration;

use kakaopay_store::sql::corrupt;
use kakaopay_store::{StoreError, StoreErrorKind};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::failure::failed_to_open;
use crate::open_error::PostgresOpenError;

/// Oldest supported server version, in PostgreSQL's own numbering. Earlier ones get no more fixes.
const OLDEST_SERVER: u32 = 130_000;

/// Configures a new connection, and checks the server's durability settings, in one message.
pub(crate) async fn prepare(client: &Client, statement_timeout: Duration) -> Result<(), PostgresOpenError> {
    // Zero would be no limit.
    let limit = statement_timeout.as_millis().clamp(1, i32::MAX.unsigned_abs().into());
    let setup = format!(
        "SELECT current_setting('kakaopay.session', true);
         SET kakaopay.session = 'in use';
         SET search_path = pg_catalog;
         SET row_security = off;
         SET statement_timeout = {limit};
         SET default_transaction_isolation = 'read committed';
         SELECT set_config('synchronous_commit', 'on', false)
         WHERE current_setting('synchronous_commit') <> 'remote_apply';
         SELECT current_setting('server_version_num'), current_setting('fsync'),
                current_setting('synchronous_commit')"
    );
    let answers = client.simple_query(&setup).await.map_err(failed_to_open)?;
    let mut rows = answers.iter().filter_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let unknown = || StoreError::new(StoreErrorKind::Other, "the server did not return its settings");
    // A session begins with a client, unless a pooler gives each transaction of several clients another one.
    if rows.next().and_then(|row| row.get(0)).is_some_and(|mark| !mark.is_empty()) {
        client.batch_execute(UNDO).await.map_err(failed_to_open)?;
        return Err(PostgresOpenError::TransactionPooling);
    }
    let row = rows.last().filter(|row| row.len() == 3).ok_or_else(unknown)?;
    let value = |index| row.get(index).unwrap_or_default();
    let version = value(0).parse().map_err(corrupt)?;
    check(version, value(1), value(2))
}

/// Takes back what was set in the session of another client.
const UNDO: &str = "RESET kakaopay.session; RESET search_path; RESET row_security; RESET statement_timeout; RESET default_transaction_isolation;
    RESET synchronous_commit";

fn check(version: u32, fsync: &str, synchronous_commit: &str) -> Result<(), PostgresOpenError> {
    if version < OLDEST_SERVER {
        return Err(PostgresOpenError::ServerTooOld { found: version, oldest: OLDEST_SERVER });
    }
    let settings = [("fsync", fsync, ["on", "on"]), ("synchronous_commit", synchronous_commit, DURABLE)];
    for (setting, value, durable) in settings {
        if !durable.contains(&value) {
            return Err(PostgresOpenError::NotDurable { setting, value: value.to_owned() });
        }
    }
    Ok(())
}

/// With synchronous standbys, `on` waits until they have written a commit to disk, `remote_apply` until it is
/// visible there.
const DURABLE: [&str; 2] = ["on", "remote_apply"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::Connector;
    use crate::fence::Fence;
    use crate::hosts::Hosts;
    use crate::places::Places;
    use crate::schema_name::SchemaName;
    use crate::tls::Encryption;
    use deadpool::managed::Manager;
    use tokio_postgres::Config;

    #[test]
    fn f12_a_server_that_can_lose_what_it_acknowledged_is_refused() {
        for good in ["on", "remote_apply"] {
            check(130_000, "on", good).unwrap();
        }
        for weak in ["off", "local", "remote_write", ""] {
            let error = check(150_000, "on", weak).unwrap_err();
            let expected =
                matches!(&error, PostgresOpenError::NotDurable { setting: "synchronous_commit", .. });
            assert!(expected, "{error}");
        }
        let error = check(150_000, "off", "on").unwrap_err();
        assert!(matches!(&error, PostgresOpenError::NotDurable { setting: "fsync", .. }), "{error}");
    }

    #[tokio::test]
    async fn f12_a_connection_waits_for_the_disk_whatever_the_server_is_set_to() {
        let Some(cluster) = kakaopay_postgres_cluster::shared() else { return };
        let config: Config = cluster.tcp("template1").parse().unwrap();
        let statement_timeout = Duration::from_secs(7);
        let hosts = Hosts::new(&config).unwrap();
        let fence = Fence::new(SchemaName::parse("kakaopay").unwrap(), true);
        let connector = Connector::new(
            hosts,
            Encryption::None,
            statement_timeout,
            statement_timeout,
            fence,
            Places::new(8),
        );
        let show = async |name: &str| -> String {
            let connection = connector.create().await.unwrap();
            connection.client.query_one(&format!("SHOW {name}"), &[]).await.unwrap().get(0)
        };
        for (set, taken) in [("off", "on"), ("local", "on"), ("on", "on"), ("remote_apply", "remote_apply")] {
            let admin = connector.create().await.unwrap();
            let alter = format!("ALTER DATABASE template1 SET synchronous_commit = {set}");
            admin.client.batch_execute(&alter).await.unwrap();
            assert_eq!(show("synchronous_commit").await, taken, "{set}");
        }
        assert_eq!(show("statement_timeout").await, "7s");
        assert_eq!(show("default_transaction_isolation").await, "read committed");
    }

    #[test]
    fn an_old_server_is_refused() {
        let error = check(120_022, "on", "on").unwrap_err();
        assert!(matches!(error, PostgresOpenError::ServerTooOld { found: 120_022, oldest: 130_000 }));
        assert!(error.to_string().contains("PostgreSQL 12"), "{error}");
    }
}
