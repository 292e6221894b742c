//! The clock of a store in PostgreSQL, in a table, so that a test sets it.

use kakaopay_store_postgres::PostgresOptions;
use kakaopay_store_postgres::tokio_postgres::{Client, NoTls, connect};
use kakaopay_types::Timestamp;

use crate::store_model::SetClock;

/// The clock of a store in PostgreSQL, in a table. It begins in 1970.
#[derive(Debug)]
pub struct PostgresClock {
    client: Client,
    table: String,
}

impl PostgresClock {
    /// A clock in a table of this name.
    ///
    /// # Panics
    /// If the table cannot be made.
    pub async fn create(connection: &str, name: &str) -> Self {
        let (client, connection) = connect(connection, NoTls).await.expect("a connection");
        tokio::spawn(connection);
        let table = format!("public.{name}");
        let create = format!("CREATE TABLE {table} AS SELECT 0::bigint AS now");
        client.batch_execute(&create).await.expect("a table");
        Self { client, table }
    }

    /// Options of a store that goes by this clock.
    #[must_use]
    pub fn of(&self, options: PostgresOptions) -> PostgresOptions {
        options.clock_expression(&format!("(SELECT now FROM {})", self.table))
    }
}

impl SetClock for PostgresClock {
    async fn set(&self, now: Timestamp) {
        let set = format!("UPDATE {} SET now = {}", self.table, now.unix_millis());
        self.client.batch_execute(&set).await.expect("set");
    }
}
