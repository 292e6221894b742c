//! A shop that checks orders out, one after the other, and ships what is paid, until it is killed.
//!
//! `keeper LEDGER API KEY EPOCH FIRST`: it says `begin N` before it checks an order out, and `open N CHARGE` when
//! the buyer could be sent to the page. A `FIRST` of zero checks nothing out.

use std::error::Error;
use std::io::Write;
use std::time::Duration;

use kakaopay::types::{Currency, Money, PaymentAmount, Reference, ReturnUri, SecretKey};
use kakaopay::{Checkout, Event, Handler, Merchant, Order, Telling};
use kakaopay_ledger_sqlite::SqliteStore;
use kakaopay_tests::fast_clock::FastClock;
use kakaopay_transport::{BaseUri, Client, Wire};

type Trouble = Box<dyn Error + Send + Sync>;

/// Ships in the transaction that marks the message as told.
struct Ship(SqliteStore);

impl Handler for Ship {
    async fn handle(&self, telling: &Telling) -> Result<(), Trouble> {
        let Event::Settled(paid) = &telling.event else { return Ok(()) };
        let (order, charge) = (paid.reference.to_string(), paid.charge.to_string());
        let shipped = self.0.complete_with(&telling.key, telling.claim, move |own| {
            // No key, so that shipping twice would show.
            Ok(own.execute("INSERT INTO shipment (reference, charge) VALUES (?1, ?2)", (order, charge))?)
        });
        shipped.await?;
        Ok(())
    }
}

/// What is heard is what was done before: nothing is kept back in a buffer.
fn say(line: &str) -> Result<(), Trouble> {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush()?;
    Ok(())
}

async fn keep(merchant: &Merchant<SqliteStore>, first: u64) -> Result<(), Trouble> {
    for number in first.. {
        say(&format!("begin {number}"))?;
        let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD))?;
        let reference = Reference::parse(&format!("order-{number}"))?;
        let order = Order::new(reference, amount, ReturnUri::parse("https://shop.example/done")?);
        loop {
            match merchant.checkout(order.clone()).await? {
                Checkout::Redirect { charge, .. } => break say(&format!("open {number} {charge}"))?,
                Checkout::InProgress => tokio::time::sleep(Duration::from_millis(5)).await,
                _ => break,
            }
        }
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Trouble> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [ledger, api, key, epoch, first] = &arguments[..] else { return Err("five arguments".into()) };
    let clock = FastClock::since(epoch.parse()?);
    let store = SqliteStore::open(ledger)?;
    let base = BaseUri::parse(api)?;
    let client = Client::builder(Wire::new()?, SecretKey::parse(key)?).base_uri(base).build();
    let merchant = Merchant::builder(client, store.clone()).clock(move || clock.now()).build();
    let first = first.parse()?;
    let kept = async { if first == 0 { std::future::pending().await } else { keep(&merchant, first).await } };
    tokio::select! {
        kept = kept => kept,
        () = merchant.run(Ship(store), std::future::pending()) => Ok(()),
    }
}
