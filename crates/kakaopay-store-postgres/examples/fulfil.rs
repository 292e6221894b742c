//! Two ways to process a message: at least once under an idempotency key, and exactly once.
//!
//! `cargo run -p kakaopay-store-postgres --example fulfil`. It starts a PostgreSQL of its own, and says so
//! where none is installed.
#![expect(clippy::print_stdout, reason = "an example shows what it did")]

use std::collections::BTreeSet;
use std::time::Duration;

use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_store::{ClaimRequest, ClaimedMessage, Commit, OutboxMessage, Seq, Store};
use kakaopay_store_postgres::tokio_postgres::{self, Client, NoTls};
use kakaopay_store_postgres::{Completion, PostgresOptions, PostgresStore};
use kakaopay_types::Reference;

const MINUTE: Duration = Duration::from_secs(60);

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let Some(cluster) = Cluster::start(Setup::new()) else { return Ok(()) };
    let connection = cluster.tcp("postgres");
    let store = PostgresOptions::new(&connection)?.schema("kakaopay").open().await?;
    pay(&store, "order-1").await?;
    at_least_once(&store).await?;
    pay(&store, "order-2").await?;
    exactly_once(&store, &connection).await
}

/// Stores the last entry of a payment and its message in one commit, as the driver does.
async fn pay(store: &PostgresStore, order: &str) -> Result<(), Failure> {
    let mut step = Commit::new(Reference::parse(order)?, Seq::ZERO);
    step.entry = Some(b"paid".as_slice().into());
    step.messages = vec![OutboxMessage::new(format!("{order}/paid"), b"S$12".as_slice())];
    store.commit(step).await?;
    Ok(())
}

/// An external service, such as one that sends mails, that deduplicates by key.
#[derive(Default)]
struct Mailer(BTreeSet<String>);

impl Mailer {
    fn send(&mut self, key: &str) -> &'static str {
        if self.0.insert(key.to_owned()) { "sent" } else { "had been sent" }
    }
}

/// The effect is outside the database: it may happen again, under the same key.
async fn at_least_once(store: &PostgresStore) -> Result<(), Failure> {
    let mut mailer = Mailer::default();
    let message = claim(store, Duration::ZERO).await?;
    println!("at least once: {} {}", message.key, mailer.send(&message.key));
    // The process dies here. When its lease is over another one claims the same message.
    let again = claim(store, MINUTE).await?;
    println!("at least once: {} {}", again.key, mailer.send(&again.key));
    store.complete_message(&again.key, again.claim).await?;
    Ok(())
}

/// The effect is a row beside the store: both are committed, or neither.
async fn exactly_once(store: &PostgresStore, connection: &str) -> Result<(), Failure> {
    let (mut shop, wire) = tokio_postgres::connect(connection, NoTls).await?;
    tokio::spawn(wire);
    shop.batch_execute("CREATE TABLE shipment (key text)").await?;
    let message = claim(store, MINUTE).await?;
    println!("exactly once: {} {:?}", message.key, ship(store, &mut shop, &message).await?);
    // The answer to the commit was lost, and it is done again.
    println!("exactly once: {} {:?}", message.key, ship(store, &mut shop, &message).await?);
    let count: i64 = shop.query_one("SELECT count(*) FROM shipment", &[]).await?.get(0);
    println!("exactly once: {count} shipment");
    Ok(())
}

async fn ship(
    store: &PostgresStore,
    shop: &mut Client,
    message: &ClaimedMessage,
) -> Result<Completion, Failure> {
    let transaction = shop.transaction().await?;
    let told = store.complete_in_transaction(&transaction, &message.key, message.claim).await?;
    if told == Completion::Completed {
        transaction.execute("INSERT INTO shipment VALUES ($1)", &[&message.key]).await?;
    }
    transaction.commit().await?;
    Ok(told)
}

/// The oldest message that waits. A lease of no time is over at once.
async fn claim(store: &PostgresStore, lease: Duration) -> Result<ClaimedMessage, Failure> {
    store.claim_messages(ClaimRequest::new(lease, 1)).await?.pop().ok_or_else(|| "nothing waits".into())
}
