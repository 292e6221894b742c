//! Ships each order exactly once, in two ways: with a unique idempotency key in the shop's own
//! database, and in the transaction that completes the notification. The API is an in-process sandbox.
//!
//! `cargo run -p kakaopay --example ship_once`

use std::error::Error;
use std::sync::{Arc, Mutex};

use kakaopay::types::endpoint::MarkChargeAsPaid;
use kakaopay::types::{Currency, Money, PaymentAmount, Reference, ReturnUri};
use kakaopay::{EventHandler, Merchant, Notification, Order, PaymentEvent};
use kakaopay_sandbox::Sandbox;
use kakaopay_store_sqlite::{SqliteStore, rusqlite};
use kakaopay_transport::Client;
use rusqlite::Connection;

type BoxError = Box<dyn Error + Send + Sync>;

/// Ships with any database: a unique constraint on the idempotency key makes redeliveries harmless.
struct ByKey(Mutex<Connection>);

impl EventHandler for ByKey {
    async fn handle(&self, notification: &Notification) -> Result<(), BoxError> {
        let PaymentEvent::Paid(paid) = &notification.event else { return Ok(()) };
        let shop = self.0.lock().map_err(|_| "another call panicked")?;
        // Do the rest of the shipment in the same transaction.
        let shipped = shop.execute(
            "INSERT INTO shipment (message, goods) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (&notification.idempotency_key, paid.reference.as_str()),
        )?;
        anstream::println!("by key:             {}, shipped {shipped}", notification.idempotency_key);
        // Simulates a crash before the notification is completed: it will be redelivered.
        if shipped == 1 { Err("the process died".into()) } else { Ok(()) }
    }
}

/// Ships within the store's database: one transaction ships and completes the notification.
#[derive(Clone)]
struct InTransaction(SqliteStore);

impl EventHandler for InTransaction {
    async fn handle(&self, notification: &Notification) -> Result<(), BoxError> {
        let PaymentEvent::Paid(paid) = &notification.event else { return Ok(()) };
        let (key, goods) = (notification.idempotency_key.clone(), paid.reference.to_string());
        let shipped =
            self.0.complete_in_transaction(&notification.idempotency_key, notification.claim, move |shop| {
                Ok(shop.execute("INSERT INTO shipment (message, goods) VALUES (?1, ?2)", (key, goods))?)
            });
        // `None` if an earlier delivery was completed and only its response was lost.
        let shipped = shipped.await?.unwrap_or(0);
        anstream::println!("in one transaction: {}, shipped {shipped}", notification.idempotency_key);
        Ok(())
    }
}

const SHIPMENTS: &str = "CREATE TABLE shipment (message TEXT PRIMARY KEY, goods TEXT NOT NULL) STRICT";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("payments.sqlite");
    let store = SqliteStore::open(&path)?;
    Connection::open(&path)?.execute_batch(SHIPMENTS)?;
    let own_database = Connection::open_in_memory()?;
    own_database.execute_batch(SHIPMENTS)?;
    let by_key = Arc::new(ByKey(Mutex::new(own_database)));

    let sandbox = Sandbox::builder().build();
    let client = Client::new(sandbox.service(), sandbox.secret_key().clone());
    let clock = sandbox.clock().clone();
    let merchant = Merchant::builder(client.clone(), store.clone()).clock(move || clock.now()).build();
    pay(&merchant, &client, "order-1").await?;
    for _ in 0..3 {
        merchant.run_once(&by_key).await?;
        // The failed notification is redelivered two minutes later.
        sandbox.clock().advance_seconds(121);
    }
    pay(&merchant, &client, "order-2").await?;
    merchant.run_once(&InTransaction(store)).await?;

    let shipped = |database: &Connection| {
        database.query_row("SELECT count(*) FROM shipment", [], |row| row.get::<_, i64>(0))
    };
    let own_database = by_key.0.lock().map_err(|_| "another call panicked")?;
    assert_eq!((shipped(&own_database)?, shipped(&Connection::open(&path)?)?), (1, 1));
    anstream::println!("each order was shipped once");
    Ok(())
}

/// Checks an order out and pays it.
async fn pay(
    merchant: &Merchant<SqliteStore>,
    client: &Client<kakaopay::types::SecretKey>,
    reference: &str,
) -> Result<(), BoxError> {
    let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD))?;
    let reference = Reference::parse(reference)?;
    let order = Order::new(reference.clone(), amount, ReturnUri::parse("https://shop.example/done")?);
    merchant.checkout(order).await?;
    let status = merchant.status(&reference).await?.ok_or("no payment")?;
    client.send(MarkChargeAsPaid::new(status.charge().ok_or("no charge")?.clone())).await?;
    merchant.buyer_returned(&reference).await?;
    Ok(())
}
