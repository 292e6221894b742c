//! Values that the tests have in common.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kakaopay_postgres_cluster::{Cluster, shared};
use kakaopay_store::conformance::TestClock;
use kakaopay_store::{ClaimRequest, Commit, NewInboxEvent, OutboxMessage, Seq, StoreErrorKind};
use kakaopay_store_postgres::tokio_postgres::{Client, NoTls};
use kakaopay_store_postgres::{PostgresOptions, PostgresStore};
use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};

/// A schema of its own on the server of this process.
pub(crate) struct Home {
    pub(crate) cluster: &'static Cluster,
    pub(crate) schema: String,
}

impl Home {
    /// `None` where PostgreSQL is not installed, which was said.
    pub(crate) fn new() -> Option<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let cluster = shared()?;
        let schema = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        Some(Self { cluster, schema })
    }

    pub(crate) fn options(&self) -> PostgresOptions {
        options(&self.cluster.tcp("postgres")).schema(&self.schema)
    }

    pub(crate) async fn open(&self) -> PostgresStore {
        self.options().open().await.expect("a store")
    }

    /// Options of a store whose clock is in a table, and that clock. It begins in 1970.
    pub(crate) async fn options_with_clock(&self) -> (PostgresOptions, TableClock) {
        let client = connect(&self.cluster.tcp("postgres")).await;
        let table = format!("public.clock_of_{}", self.schema);
        let create = format!("CREATE TABLE {table} AS SELECT 0::bigint AS now");
        client.batch_execute(&create).await.expect("a table");
        let options = self.options().clock_expression(&format!("(SELECT now FROM {table})"));
        (options, TableClock { client: Arc::new(client), table })
    }

    pub(crate) async fn open_with_clock(&self) -> (PostgresStore, TableClock) {
        let (options, clock) = self.options_with_clock().await;
        (options.open().await.expect("a store"), clock)
    }

    /// A connection past the store, with the schema's tables in its path.
    pub(crate) async fn raw(&self) -> Client {
        let client = connect(&self.cluster.tcp("postgres")).await;
        let path = format!("SET search_path = {}", self.schema);
        client.batch_execute(&path).await.expect("a path");
        client
    }
}

/// A clock in a table.
#[derive(Clone)]
pub(crate) struct TableClock {
    client: Arc<Client>,
    table: String,
}

impl TableClock {
    pub(crate) async fn at(&self, seconds: i64) {
        self.set(Timestamp::UNIX_EPOCH.saturating_add_seconds(seconds)).await;
    }
}

impl TestClock for TableClock {
    async fn set(&self, now: Timestamp) {
        let set = format!("UPDATE {} SET now = {}", self.table, now.unix_millis());
        self.client.batch_execute(&set).await.expect("set");
    }
}

pub(crate) async fn connect(connection: &str) -> Client {
    let (client, connection) =
        kakaopay_store_postgres::tokio_postgres::connect(connection, NoTls).await.expect("a connection");
    tokio::spawn(connection);
    client
}

/// How to reach the database of a cluster through these ports, tried in this order.
pub(crate) fn with_ports(cluster: &Cluster, ports: &[u16]) -> String {
    let hosts = vec!["127.0.0.1"; ports.len()].join(",");
    let ports = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(",");
    let one = cluster.tcp("postgres").replace("host=127.0.0.1", &format!("host={hosts}"));
    one.replace(&format!("port={}", cluster.port()), &format!("port={ports}"))
}

/// Few connections, since all tests share the server's.
pub(crate) fn options(connection: &str) -> PostgresOptions {
    // More than any test takes on a machine that others use too.
    let patient = Duration::from_secs(60);
    let options = PostgresOptions::new(connection).expect("options").max_connections(4);
    options.acquire_timeout(patient).connect_timeout(patient).call_timeout(patient)
}

pub(crate) fn reference(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

pub(crate) fn event(name: &str) -> EventId {
    EventId::parse(&format!("evnt_test_{name}")).expect("an event")
}

pub(crate) fn charge(name: &str) -> ChargeId {
    ChargeId::parse(&format!("chrg_test_{name}")).expect("a charge")
}

pub(crate) fn lease(seconds: u64) -> ClaimRequest {
    ClaimRequest::new(Duration::from_secs(seconds), 1000)
}

pub(crate) fn step(name: &str, expected: u64, entry: impl Into<Box<[u8]>>) -> Commit {
    Commit::new(reference(name), Seq::new(expected)).entry(entry)
}

pub(crate) fn message(key: &str) -> OutboxMessage {
    OutboxMessage::new(key.to_owned(), key.as_bytes())
}

pub(crate) fn delivery(name: &str, body: impl Into<Box<[u8]>>) -> NewInboxEvent {
    NewInboxEvent::new(event(name), body)
}

/// The kind of an error to open, as calls would tell it.
pub(crate) fn kind(error: kakaopay_store_postgres::PostgresOpenError) -> StoreErrorKind {
    kakaopay_store::StoreError::from(error).kind()
}
