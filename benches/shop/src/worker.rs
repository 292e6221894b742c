//! A process of the shop: checks out the orders that it reads, receives webhooks, and says what was paid.

use std::future::pending;
use std::io::Write;

use kakaopay::transport::{BaseUri, BoxError, Client, HyperTransport};
use kakaopay::types::{Currency, Money, PaymentAmount, Reference, ReturnUri, SecretKey};
use kakaopay::webhook::{SignaturePolicy, Verifier, WebhookSecret};
use kakaopay::{Checkout, EventHandler, Merchant, Notification, Order, PaymentEvent, serve_webhooks};
use kakaopay_store_postgres::{PostgresOptions, PostgresStore};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Prints a line at once: the parent waits for it.
fn say(line: &str) -> Result<(), BoxError> {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes())?;
    Ok(out.flush()?)
}

struct Says;

impl EventHandler for Says {
    async fn handle(&self, notification: &Notification) -> Result<(), BoxError> {
        match &notification.event {
            PaymentEvent::Paid(paid) => say(&format!("paid {} {}", paid.reference, paid.charge)),
            _ => Ok(()),
        }
    }
}

/// Works as a process of the shop until its input ends: `DATABASE API KEY SECRET`.
///
/// It says `listens PORT` first, `open REFERENCE CHARGE` when a buyer can be sent to the page, and `paid REFERENCE
/// CHARGE` when its handler is notified.
///
/// # Errors
/// If something cannot be started, or an order cannot be checked out.
pub async fn work(arguments: &[String]) -> Result<(), BoxError> {
    let [database, api, key, secret] = arguments else { return Err("four arguments".into()) };
    let store = PostgresOptions::new(database)?.open().await?;
    let base = BaseUri::parse(api)?;
    let client = Client::builder(HyperTransport::new()?, SecretKey::parse(key)?).base_uri(base).build();
    let merchant = Merchant::builder(client, store).build();
    let verifier = Verifier::new([WebhookSecret::from_base64(secret)?])?;
    let receiver = merchant.webhook_service(SignaturePolicy::signed(verifier));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    say(&format!("listens {}", listener.local_addr()?.port()))?;
    tokio::spawn(serve_webhooks(listener, receiver, pending()));
    let sold = sell(merchant.clone(), orders());
    tokio::select! {
        sold = sold => sold,
        () = merchant.run(Says, pending()) => Ok(()),
    }
}

/// The orders that are read, until the input ends.
fn orders() -> UnboundedReceiver<String> {
    let (read, orders) = unbounded_channel();
    std::thread::spawn(move || {
        for order in std::io::stdin().lines().map_while(Result::ok) {
            // The process is about to end if no one takes it.
            let _ = read.send(order);
        }
    });
    orders
}

async fn sell(
    merchant: Merchant<PostgresStore>,
    mut orders: UnboundedReceiver<String>,
) -> Result<(), BoxError> {
    while let Some(reference) = orders.recv().await {
        let merchant = merchant.clone();
        tokio::spawn(async move {
            if let Err(error) = check_out(&merchant, &reference).await {
                // The parent ends at a line that it does not know.
                let _ = say(&format!("failed {reference} {error}"));
            }
        });
    }
    Ok(())
}

async fn check_out(merchant: &Merchant<PostgresStore>, reference: &str) -> Result<(), BoxError> {
    let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD))?;
    let done = ReturnUri::parse("https://shop.example/done")?;
    let order = Order::new(Reference::parse(reference)?, amount, done);
    match merchant.checkout(order).await? {
        Checkout::Redirect { charge, .. } => say(&format!("open {reference} {charge}")),
        other => Err(format!("no page: {other:?}").into()),
    }
}
