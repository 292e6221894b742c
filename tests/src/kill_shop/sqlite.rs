//! The books in an SQLite file.

use kakaopay::Notification;
use kakaopay_store_sqlite::rusqlite::Connection;
use kakaopay_store_sqlite::{SqliteOptions, SqliteStore};

use crate::fast_clock::FastClock;
use crate::kill_shop::database::{BoxError, ShopDatabase};

/// The books in an SQLite file, which is their address.
#[derive(Debug, Clone)]
pub struct SqliteDatabase {
    store: SqliteStore,
    path: String,
}

impl ShopDatabase for SqliteDatabase {
    type Store = SqliteStore;

    async fn prepare(address: &str) -> Result<(), BoxError> {
        SqliteStore::open(address)?.close().await?;
        let shipment = "CREATE TABLE shipment (reference TEXT NOT NULL, charge TEXT NOT NULL) STRICT";
        Connection::open(address)?.execute_batch(shipment)?;
        Ok(())
    }

    async fn open(address: &str, clock: FastClock) -> Result<Self, BoxError> {
        Ok(Self {
            store: SqliteOptions::new().clock(move || clock.now()).open(address)?,
            path: address.to_owned(),
        })
    }

    fn store(&self) -> &SqliteStore {
        &self.store
    }

    async fn ship(&self, notification: &Notification, order: String, charge: String) -> Result<(), BoxError> {
        let shipped = self.store.complete_in_transaction(
            &notification.idempotency_key,
            notification.claim,
            move |own| {
                Ok(own.execute("INSERT INTO shipment (reference, charge) VALUES (?1, ?2)", (order, charge))?)
            },
        );
        shipped.await?;
        Ok(())
    }

    async fn shipped(&self) -> Result<Vec<(String, String)>, BoxError> {
        let own = Connection::open(&self.path)?;
        let mut all = own.prepare("SELECT reference, charge FROM shipment ORDER BY 1")?;
        let rows = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    async fn check(&self) -> Result<(), BoxError> {
        Ok(self.store.integrity_check().await?)
    }
}
