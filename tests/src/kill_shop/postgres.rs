//! The shop in a PostgreSQL database.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use kakaopay::Notification;
use kakaopay::store::{StoreError, StoreErrorKind};
use kakaopay_store_postgres::tokio_postgres::{Client, NoTls, connect};
use kakaopay_store_postgres::{Completion, PostgresOptions, PostgresStore};
use tokio::sync::Mutex;

use crate::fast_clock::FastClock;
use crate::kill_shop::database::{BoxError, ShopDatabase};

/// The books in a PostgreSQL database, whose connection string is their address.
#[derive(Clone)]
pub struct PostgresDatabase {
    store: PostgresStore,
    address: Arc<str>,
    /// The shop's own connection.
    own: Arc<Mutex<Option<Client>>>,
}

/// The shop's own connection: a new one when the one before has ended.
async fn usable<'a>(own: &'a mut Option<Client>, address: &str) -> Result<&'a mut Client, BoxError> {
    match own.take().filter(|client| !client.is_closed()) {
        Some(client) => Ok(own.insert(client)),
        None => Ok(own.insert(connected(address).await?)),
    }
}

async fn connected(address: &str) -> Result<Client, BoxError> {
    let (client, connection) = connect(address, NoTls).await?;
    // Its error is returned to the calls that wait for a response on it.
    tokio::spawn(async { drop(connection.await) });
    Ok(client)
}

/// An address whose two ports are tried the other way round: an old primary may be the first one that takes writes.
fn turned(address: &str) -> String {
    let turn = |ports: &str| ports.split(',').rev().collect::<Vec<_>>().join(",");
    let words = address.split(' ').map(|word| match word.strip_prefix("port=") {
        Some(ports) => format!("port={}", turn(ports)),
        None => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

impl ShopDatabase for PostgresDatabase {
    type Store = PostgresStore;

    async fn prepare(address: &str) -> Result<(), BoxError> {
        PostgresStore::open(address).await?.close();
        let shipment = "CREATE TABLE shipment (reference text NOT NULL, charge text NOT NULL)";
        Ok(connected(address).await?.batch_execute(shipment).await?)
    }

    async fn open(address: &str, clock: FastClock) -> Result<Self, BoxError> {
        // The check at the end reads all there is, and the machine may be busy with whatever else it tests.
        let patient = Duration::from_secs(120);
        let options = PostgresOptions::new(address)?.max_connections(4).connect_timeout(patient);
        let options = options.acquire_timeout(patient).statement_timeout(patient).call_timeout(patient);
        let store = options.clock_expression(&clock.expression()).open().await?;
        Ok(Self { store, address: address.into(), own: Arc::default() })
    }

    fn store(&self) -> &PostgresStore {
        &self.store
    }

    async fn ship(&self, notification: &Notification, order: String, charge: String) -> Result<(), BoxError> {
        let mut own = self.own.lock().await;
        let shipped = self.ship_on(&mut own, notification, order, charge).await;
        let error = shipped.as_ref().err().and_then(|error| error.downcast_ref::<StoreError>());
        if error.is_some_and(|error| error.kind() == StoreErrorKind::ReadOnly) {
            // It leads to an old primary.
            *own = connected(&turned(&self.address)).await.ok();
        }
        shipped
    }
    async fn shipped(&self) -> Result<Vec<(String, String)>, BoxError> {
        let mut own = self.own.lock().await;
        let all = "SELECT reference, charge FROM shipment ORDER BY 1";
        let rows = usable(&mut own, &self.address).await?.query(all, &[]).await?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    async fn check(&self) -> Result<(), BoxError> {
        Ok(self.store.integrity_check().await?)
    }
}

/// Not its address, which has a password.
impl fmt::Debug for PostgresDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresDatabase").finish_non_exhaustive()
    }
}

impl PostgresDatabase {
    /// Ships in a transaction of the shop's own.
    async fn ship_on(
        &self,
        own: &mut Option<Client>,
        notification: &Notification,
        order: String,
        charge: String,
    ) -> Result<(), BoxError> {
        let transaction = usable(own, &self.address).await?.transaction().await?;
        if self
            .store
            .complete_in_transaction(&transaction, &notification.idempotency_key, notification.claim)
            .await?
            == Completion::Completed
        {
            transaction.execute("INSERT INTO shipment VALUES ($1, $2)", &[&order, &charge]).await?;
        }
        Ok(transaction.commit().await?)
    }
}
