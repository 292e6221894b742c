//! A shop that checks out one order after the other and ships paid orders, until it is killed.
//!
//! `shop BOOKS API KEY EPOCH WORKER FIRST AHEAD FAILS`, where the books are an SQLite file or the connection string of a
//! PostgreSQL database. It says `begin PLACE` before it checks an order out, `open ORDER CHARGE` when the buyer could
//! be sent to the page, `ship ORDER` before it ships and `shipped ORDER
//! CHARGE` behind that, `orphan ORDER CHARGE` and `adopted ORDER` when its store has lost the order, and `trouble KIND` when its database failed it, which it tries
//! again. It sells until its input ends, says `closed`, and continues with the sold orders; with a `FIRST` of zero it
//! sells nothing. The clock of its driver, not that of its store, is so many seconds AHEAD, and every call of the handler
//! whose number FAILS divides fails before it has shipped; with zero none does.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use kakaopay::types::{Currency, Money, PaymentAmount, Reference, ReturnUri, SecretKey};
use kakaopay::{Checkout, Error, EventHandler, Merchant, Notification, Order, PaymentEvent};
use kakaopay_tests::fast_clock::FastClock;
use kakaopay_tests::kill_shop::{BoxError, PostgresDatabase, Ship, ShopDatabase, SqliteDatabase, order_at};
use kakaopay_transport::{BaseUri, Client, HyperTransport};

/// Delay before a retry.
const BREATH: Duration = Duration::from_millis(5);

/// Prints a line, unbuffered: the shop has done everything it has printed.
fn say(line: &str) -> Result<(), BoxError> {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Prints each shipment, and fails now and then. Adopts the orders that the store has lost.
struct Aloud<B: ShopDatabase> {
    ship: Ship<B>,
    merchant: Merchant<B::Store>,
    calls: AtomicU64,
    fails: u64,
}

impl<B: ShopDatabase> EventHandler for Aloud<B> {
    async fn handle(&self, notification: &Notification) -> Result<(), BoxError> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed) + 1;
        if self.fails > 0 && call.is_multiple_of(self.fails) {
            return Err("out of parcels".into());
        }
        match &notification.event {
            PaymentEvent::Paid(paid) => {
                say(&format!("ship {}", paid.reference))?;
                self.ship.handle(notification).await?;
                say(&format!("shipped {} {}", paid.reference, paid.charge))
            }
            PaymentEvent::Orphaned { reference, charge, .. } => {
                say(&format!("orphan {reference} {charge}"))?;
                self.merchant.adopt(order_of(reference.clone())?).await?;
                say(&format!("adopted {reference}"))
            }
            _ => self.ship.handle(notification).await,
        }
    }
}

/// The shop has only one kind of goods.
fn order_of(reference: Reference) -> Result<Order, BoxError> {
    let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD))?;
    Ok(Order::new(reference, amount, ReturnUri::parse("https://shop.example/done")?))
}

async fn check_out<B: ShopDatabase>(merchant: &Merchant<B::Store>, number: u64) -> Result<(), BoxError> {
    let order = order_of(Reference::parse(&format!("order-{number}"))?)?;
    loop {
        match merchant.checkout(order.clone()).await {
            Ok(Checkout::Redirect { charge, .. }) => return say(&format!("open {number} {charge}")),
            Ok(Checkout::InProgress) => tokio::time::sleep(BREATH).await,
            Ok(_) => return Ok(()),
            Err(Error::Store(error)) => {
                say(&format!("trouble {:?}", error.kind()))?;
                tokio::time::sleep(BREATH).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Sells from a place on, for as long as it is open.
async fn sell<B: ShopDatabase>(
    merchant: &Merchant<B::Store>,
    worker: u64,
    first: u64,
    open: &AtomicBool,
) -> Result<(), BoxError> {
    let mut place = first;
    while place > 0 && open.load(Ordering::Relaxed) {
        say(&format!("begin {place}"))?;
        check_out::<B>(merchant, order_at(place, worker)).await?;
        place += 1;
    }
    say("closed")?;
    std::future::pending().await
}

async fn keep<B: ShopDatabase>(arguments: &[String]) -> Result<(), BoxError> {
    let [address, api, key, epoch, worker, first, ahead, fails] = arguments else {
        return Err("eight arguments".into());
    };
    let clock = FastClock::since(epoch.parse()?);
    let books = B::open(address, clock).await?;
    let base = BaseUri::parse(api)?;
    let client = Client::builder(HyperTransport::new()?, SecretKey::parse(key)?).base_uri(base).build();
    let (ahead, fails): (i64, u64) = (ahead.parse()?, fails.parse()?);
    let wrong = move || clock.now().saturating_add_seconds(ahead);
    let merchant = Merchant::builder(client, books.store().clone()).clock(wrong).build();
    let aloud = Aloud { ship: Ship(books), merchant: merchant.clone(), calls: AtomicU64::new(0), fails };
    let open = Arc::new(AtomicBool::new(true));
    let closing = Arc::clone(&open);
    std::thread::spawn(move || {
        // Nobody says anything: it ends when the shop is to close, or whoever started it is gone.
        let _ = std::io::stdin().read(&mut [0]);
        closing.store(false, Ordering::Relaxed);
    });
    tokio::select! {
        sold = sell::<B>(&merchant, worker.parse()?, first.parse()?, &open) => sold,
        () = merchant.run(aloud, std::future::pending()) => Ok(()),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|address| address.starts_with("host=")) {
        keep::<PostgresDatabase>(&arguments).await
    } else {
        keep::<SqliteDatabase>(&arguments).await
    }
}
