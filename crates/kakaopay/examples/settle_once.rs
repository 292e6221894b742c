//! Releasing goods exactly once, in two ways: by a key of the shop's own database, and in the transaction that
//! marks the message as told. The service is a sandbox in this process; nothing leaves it.
//!
//! `cargo run -p kakaopay --example settle_once`

use std::error::Error;
use std::sync::Mutex;

use kakaopay::types::endpoint::MarkChargeAsPaid;
use kakaopay::types::{Currency, Money, PaymentAmount, Reference, ReturnUri};
use kakaopay::{Event, Handler, Merchant, Order, Telling};
use kakaopay_ledger_sqlite::{SqliteStore, rusqlite};
use kakaopay_sandbox::Sandbox;
use kakaopay_transport::Client;
use rusqlite::Connection;

type Trouble = Box<dyn Error + Send + Sync>;

/// At least once with a stable key: whatever database the shop has, the key stands in it only once.
struct ByKey(Mutex<Connection>);

impl Handler for ByKey {
    async fn handle(&self, telling: &Telling) -> Result<(), Trouble> {
        let Event::Settled(paid) = &telling.event else { return Ok(()) };
        let own = self.0.lock().map_err(|_| "another call panicked")?;
        // One transaction with whatever else releasing the goods means.
        let released = own.execute(
            "INSERT INTO shipment (message, goods) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            (&telling.key, paid.reference.as_str()),
        )?;
        anstream::println!("by key:          told of {}, released {released}", telling.key);
        // The answer is lost, as if the process had died here: it is told again.
        if released == 1 { Err("the process died".into()) } else { Ok(()) }
    }
}

/// Exactly once: the shop's tables lie beside the ledger's, and one transaction holds both.
struct Together(SqliteStore);

impl Handler for Together {
    async fn handle(&self, telling: &Telling) -> Result<(), Trouble> {
        let Event::Settled(paid) = &telling.event else { return Ok(()) };
        let (key, goods) = (telling.key.clone(), paid.reference.to_string());
        let released = self.0.complete_with(&telling.key, telling.claim, move |own| {
            Ok(own.execute("INSERT INTO shipment (message, goods) VALUES (?1, ?2)", (key, goods))?)
        });
        // Nothing when it was done before, and only the answer to that was lost.
        let released = released.await?.unwrap_or(0);
        anstream::println!("in one transaction: told of {}, released {released}", telling.key);
        Ok(())
    }
}

const SHIPMENTS: &str = "CREATE TABLE shipment (message TEXT PRIMARY KEY, goods TEXT NOT NULL) STRICT";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Trouble> {
    let folder = tempfile::tempdir()?;
    let ledger = folder.path().join("payments.sqlite");
    let store = SqliteStore::open(&ledger)?;
    Connection::open(&ledger)?.execute_batch(SHIPMENTS)?;
    let elsewhere = Connection::open_in_memory()?;
    elsewhere.execute_batch(SHIPMENTS)?;
    let by_key = ByKey(Mutex::new(elsewhere));

    let sandbox = Sandbox::builder().build();
    let client = Client::new(sandbox.service(), sandbox.secret_key().clone());
    let clock = sandbox.clock().clone();
    let merchant = Merchant::builder(client.clone(), store.clone()).clock(move || clock.now()).build();
    pay(&merchant, &client, "order-1").await?;
    for _ in 0..3 {
        merchant.work(&by_key).await?;
        // What failed is told again two minutes later.
        sandbox.clock().advance_seconds(121);
    }
    pay(&merchant, &client, "order-2").await?;
    merchant.work(&Together(store)).await?;

    let released =
        |own: &Connection| own.query_row("SELECT count(*) FROM shipment", [], |row| row.get::<_, i64>(0));
    let own = by_key.0.lock().map_err(|_| "another call panicked")?;
    assert_eq!((released(&own)?, released(&Connection::open(&ledger)?)?), (1, 1));
    anstream::println!("each order was released once");
    Ok(())
}

/// A buyer pays an order.
async fn pay(
    merchant: &Merchant<SqliteStore>,
    client: &Client<kakaopay::types::SecretKey>,
    reference: &str,
) -> Result<(), Trouble> {
    let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD))?;
    let reference = Reference::parse(reference)?;
    let order = Order::new(reference.clone(), amount, ReturnUri::parse("https://shop.example/done")?);
    merchant.checkout(order).await?;
    let status = merchant.payment(&reference).await?.ok_or("no payment")?;
    client.send(MarkChargeAsPaid::new(status.charge().ok_or("no charge")?.clone())).await?;
    merchant.returned(&reference).await?;
    Ok(())
}
