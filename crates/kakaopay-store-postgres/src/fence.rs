//! Keeps this process away from an old primary, and from other systems than the store's.

use std::sync::{Mutex, PoisonError};

use kakaopay_store::StoreErrorKind;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, GenericClient, SimpleQueryMessage, Transaction};

use crate::failure::failed_to_open;
use crate::open_error::PostgresOpenError;
use crate::schema_name::SchemaName;

/// A server: a copy of a database cluster, and how many times a standby took over before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) system: i64,
    pub(crate) timeline: u32,
}

/// Keeps this process away from a timeline below the highest one that it has seen, and from other systems.
///
/// A fail-over begins a new timeline. The old primary stays on its own, and would take writes that the new one does
/// not have. The highest timeline is in a row of the store, too.
pub(crate) struct Fence {
    highest: Mutex<Option<Server>>,
    schema: SchemaName,
    records: bool,
}

impl Fence {
    /// Without `records`, the row of the store is read and not written.
    pub(crate) fn new(schema: SchemaName, records: bool) -> Self {
        Self { highest: Mutex::new(None), schema, records }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.highest().is_none()
    }

    /// Whether a server is the one that this process uses, or has no known timeline.
    pub(crate) fn allows(&self, server: Option<Server>) -> bool {
        let (Some(server), Some(highest)) = (server, self.highest()) else { return true };
        server == highest
    }

    /// Takes a server that was connected to, unless it is behind or another one.
    ///
    /// # Errors
    /// `OldPrimary` and `OtherSystem`, or any error of the server.
    pub(crate) async fn admit(
        &self,
        client: &Client,
        server: Option<Server>,
    ) -> Result<(), PostgresOpenError> {
        let Some(server) = server else { return Ok(()) };
        let highest = self.highest();
        if highest == Some(server) {
            return Ok(());
        }
        highest.map_or(Ok(()), |seen| self.compare(server, seen))?;
        self.compare_with_row(client, server).await?;
        let mut highest = self.highest.lock().unwrap_or_else(PoisonError::into_inner);
        // Another connection may have been faster.
        highest.map_or(Ok(()), |seen| self.compare(server, seen))?;
        *highest = Some(server);
        Ok(())
    }

    /// Checks the server of a transaction that is not the store's own.
    ///
    /// # Errors
    /// `OldPrimary` and `OtherSystem`, or any error of the server.
    pub(crate) async fn check(&self, transaction: &Transaction<'_>) -> Result<(), PostgresOpenError> {
        let Some(seen) = self.highest() else { return Ok(()) };
        match Server::of(transaction).await? {
            Some(found) => self.compare(found, seen),
            None => Ok(()),
        }
    }

    /// Compares a server with the store's row, and keeps it there.
    pub(crate) async fn compare_with_row(
        &self,
        client: &Client,
        server: Server,
    ) -> Result<(), PostgresOpenError> {
        let kept = match client.simple_query(&self.schema.fill(READ)).await {
            Ok(kept) => kept,
            // The store is yet to be made.
            Err(error) if is_missing(&error) => return Ok(()),
            Err(error) => return Err(failed_to_open(error).into()),
        };
        let kept = first(&kept).and_then(|row| row.get(0));
        let new = server.text();
        let seen = kept.and_then(Server::parse);
        seen.map_or(Ok(()), |seen| self.compare(server, seen))?;
        if seen == Some(server) || !self.records {
            return Ok(());
        }
        // It may have taken over without the last commits, also those of processes that have ended since.
        let suspect = if seen.is_some() { SUSPECT } else { "" };
        let write = self.schema.fill(&WRITE.replace("{suspect}", suspect)).replace("{server}", &new);
        match client.batch_execute(&write).await.map_err(failed_to_open) {
            // A user who may only read the store leaves the row to others.
            Err(error) if error.kind() == StoreErrorKind::ReadOnly => {
                client.batch_execute("ROLLBACK").await.map_err(|error| failed_to_open(error).into())
            }
            result => result.map_err(Into::into),
        }
    }

    fn compare(&self, found: Server, seen: Server) -> Result<(), PostgresOpenError> {
        if found.system != seen.system {
            let schema = self.schema.as_str().to_owned();
            return Err(PostgresOpenError::OtherSystem { found: found.system, seen: seen.system, schema });
        }
        if found.timeline < seen.timeline {
            return Err(PostgresOpenError::OldPrimary { found: found.timeline, seen: seen.timeline });
        }
        Ok(())
    }

    fn highest(&self) -> Option<Server> {
        *self.highest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    /// The server of a connection; `None` if the user may not ask for it.
    ///
    /// # Errors
    /// Any other error of the server.
    pub(crate) async fn of(client: &impl GenericClient) -> Result<Option<Self>, PostgresOpenError> {
        let rows = match client.simple_query(IDENTIFY).await {
            Ok(rows) => rows,
            Err(error) if is_withheld(&error) => return Ok(None),
            Err(error) => return Err(failed_to_open(error).into()),
        };
        Ok(first(&rows).and_then(|row| {
            let timeline = u32::from_str_radix(row.get(1)?, 16).ok()?;
            Some(Self { system: row.get(0)?.parse().ok()?, timeline })
        }))
    }

    fn text(self) -> String {
        format!("{} {}", self.system, self.timeline)
    }

    fn parse(text: &str) -> Option<Self> {
        let (system, timeline) = text.split_once(' ')?;
        Some(Self { system: system.parse().ok()?, timeline: timeline.parse().ok()? })
    }
}

fn first(answers: &[SimpleQueryMessage]) -> Option<&tokio_postgres::SimpleQueryRow> {
    answers.iter().find_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    })
}

fn is_missing(error: &tokio_postgres::Error) -> bool {
    let codes = [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME, SqlState::INSUFFICIENT_PRIVILEGE];
    error.code().is_some_and(|code| codes.contains(code))
}

/// Some services withhold these functions, and take care of old primaries by themselves.
fn is_withheld(error: &tokio_postgres::Error) -> bool {
    let codes =
        [SqlState::UNDEFINED_FUNCTION, SqlState::INSUFFICIENT_PRIVILEGE, SqlState::FEATURE_NOT_SUPPORTED];
    error.code().is_some_and(|code| codes.contains(code))
}

/// Any user may call these by default. The control file has the new timeline only after the first checkpoint; the
/// name of a log file has it at once, in hexadecimal.
const IDENTIFY: &str = "
SELECT system_identifier, left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8)
FROM pg_catalog.pg_control_system()";

const READ: &str = "SELECT value FROM {schema}.setting WHERE name = 'server'";

/// It does not wait for standbys: the row is a reminder, and a primary whose standby is away must be found, too.
const WRITE: &str = "
BEGIN;
SET LOCAL synchronous_commit = local;
{suspect}
INSERT INTO {schema}.setting (name, value) VALUES ('server', '{server}')
ON CONFLICT (name) DO UPDATE SET value = excluded.value;
COMMIT";

/// Each mark is new, so that a reconciliation that began before it does not end it.
const SUSPECT: &str = "
INSERT INTO {schema}.setting (name, value)
VALUES ('suspect', 'another server took over (' || pg_catalog.pg_current_wal_lsn() || ')')
ON CONFLICT (name) DO UPDATE SET value = excluded.value;";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f66_a_server_is_kept_as_text() {
        let server = Server { system: 7_713_984_449_156_520_690, timeline: 31 };
        assert_eq!(server.text(), "7713984449156520690 31");
        assert_eq!(Server::parse(&server.text()), Some(server));
        for bad in ["", "1", "1 -1", "a 1", "1 1 1"] {
            assert_eq!(Server::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn f66_a_lower_timeline_and_another_system_are_refused() {
        let fence = Fence::new(SchemaName::parse("kakaopay").unwrap(), true);
        let server = |system, timeline| Server { system, timeline };
        assert!(fence.allows(Some(server(1, 1))), "nothing was seen yet");
        *fence.highest.lock().unwrap() = Some(server(1, 2));
        for (found, allowed) in [(server(1, 1), false), (server(1, 2), true), (server(2, 2), false)] {
            assert_eq!(fence.allows(Some(found)), allowed, "{found:?}");
        }
        assert!(fence.allows(None), "a service that withholds its timeline");
        assert!(fence.compare(server(1, 3), server(1, 2)).is_ok(), "a fail-over");
        let old = fence.compare(server(1, 1), server(1, 2)).unwrap_err();
        assert!(matches!(old, PostgresOpenError::OldPrimary { found: 1, seen: 2 }), "{old}");
        let other = fence.compare(server(2, 9), server(1, 2)).unwrap_err();
        assert!(matches!(&other, PostgresOpenError::OtherSystem { found: 2, seen: 1, .. }), "{other}");
        assert!(
            other
                .to_string()
                .ends_with("UPDATE \"kakaopay\".setting SET value = '2 0' WHERE name = 'server'"),
            "{other}"
        );
    }
}
