//! The receiver as a route of an axum application. It stores events in a list in memory, where a shop would
//! use a table.
//!
//! `cargo run -p kakaopay-webhook --features receiver --example in_axum`
#![expect(clippy::print_stdout, reason = "an example shows what it did")]

mod service;

use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use kakaopay_types::Event;
use kakaopay_webhook::{ReceivedEvent, Receiver, SignaturePolicy, Sink, Verifier, WebhookSecret};
use service::{EVENT, now, post};
use tokio::net::TcpListener;

/// The received events, without duplicates.
#[derive(Debug, Clone, Default)]
struct List(Arc<Mutex<Vec<Event>>>);

impl Sink for List {
    type Error = Infallible;

    async fn store(&self, received: ReceivedEvent) -> Result<(), Infallible> {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The service may deliver an event more than once.
        if list.iter().all(|event| event.id != received.event.id) {
            list.push(received.event);
        }
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let secret = WebhookSecret::from_base64("dGVzdC13ZWJob29rLXNlY3JldA==")?;
    let list = List::default();
    let policy = SignaturePolicy::signed(Verifier::new([secret.clone()])?);
    let receiver = Receiver::new(policy, list.clone(), now);
    let application = Router::new().route_service("/webhooks", receiver);

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(axum::serve(listener, application).into_future());

    println!("signed: {}", post(address, secret.clone(), EVENT).await?);
    println!("signed, again: {}", post(address, secret, EVENT).await?);
    let other = WebhookSecret::from_base64("YW5vdGhlci1zZWNyZXQ=")?;
    println!("signed with another secret: {}", post(address, other, EVENT).await?);
    for event in list.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        println!("stored: {} {}", event.id, event.key.as_str());
    }
    server.abort();
    Ok(())
}
