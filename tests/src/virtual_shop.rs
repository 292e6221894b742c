//! A shop in virtual time: its store in memory, and the service called without a socket.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use kakaopay::store::{Commit, MemoryStore, OutboxMessage, Seq, Store};
use kakaopay::types::endpoint::{ListCharges, ListEvents, ListParams, MarkChargeAsPaid};
use kakaopay::types::{ChargeId, EventKey, Reference, SortOrder, Timestamp};
use kakaopay::webhook::SignaturePolicy;
use kakaopay::{Clock, EventHandler, Merchant, MerchantBuilder};
use kakaopay_sandbox::{Sandbox, SandboxClock};
use kakaopay_transport::testing::LeakWatch;
use kakaopay_transport::{BoxError, Client, HttpRequest};
use kakaopay_types::SecretKey;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tower_service::Service;

/// A shop in virtual time. Its clock follows the runtime's, which must be paused; the service's stands still.
#[derive(Debug)]
pub struct VirtualShop<S> {
    /// The service it is paid through.
    pub sandbox: Sandbox,
    /// Its payments.
    pub merchant: Merchant<S>,
    /// Its store.
    pub store: S,
}

/// The time at which every shop opens.
///
/// # Panics
/// Never: the text is a moment.
#[must_use]
pub fn opening() -> Timestamp {
    Timestamp::parse("2024-02-29T12:00:00Z").expect("a moment")
}

/// A clock that follows the runtime's, and shows [`opening`] now.
fn virtual_clock() -> impl Clock {
    let opened = Instant::now();
    move || opening().saturating_add_millis(i64::try_from(opened.elapsed().as_millis()).unwrap_or(i64::MAX))
}

/// An empty store in virtual time.
#[must_use]
pub fn virtual_store() -> MemoryStore {
    MemoryStore::new().with_clock(virtual_clock())
}

impl<S: Store> VirtualShop<S> {
    /// Opens a shop over this store.
    pub fn open(store: S) -> Self {
        Self::open_with(store, |service| service, |builder| builder)
    }

    /// Opens a shop over this store, with its own transport and settings.
    pub fn open_with<W, B>(
        store: S,
        over: impl FnOnce(kakaopay_sandbox::SandboxService) -> W,
        settings: impl FnOnce(MerchantBuilder<S>) -> MerchantBuilder<S>,
    ) -> Self
    where
        W: Service<HttpRequest, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        W::Error: Into<BoxError>,
        W::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        // From now on, a secret in the log aborts the tests.
        LeakWatch::install();
        let sandbox = Sandbox::builder().seed(1).clock(SandboxClock::frozen_at(opening())).build();
        let client = Client::builder(over(sandbox.service()), sandbox.secret_key().clone()).build();
        let builder = Merchant::builder(client, store.clone()).clock(virtual_clock()).jitter_seed(7);
        Self { sandbox, merchant: settings(builder).build(), store }
    }

    /// A client of the service, apart from the shop's.
    #[must_use]
    pub fn client(&self) -> Client<SecretKey> {
        Client::builder(self.sandbox.service(), self.sandbox.secret_key().clone()).build()
    }

    /// Marks the newest charge as paid, and returns it.
    ///
    /// # Panics
    /// If there is none.
    pub async fn pay(&self) -> ChargeId {
        let list = self.client().send(ListCharges::default()).await.expect("a list");
        let charge = list.data.items.last().expect("a charge").id.clone();
        self.client().send(MarkChargeAsPaid::new(charge.clone())).await.expect("paid");
        charge
    }

    /// Delivers the webhook of the newest event with this key, and returns the status of the response.
    ///
    /// # Panics
    /// If there is no such event.
    pub async fn deliver(&self, key: &EventKey) -> http::StatusCode {
        let events = self.client().send(ListEvents::default()).await.expect("a list").data.items;
        let event = events.iter().rfind(|event| event.key == *key).expect("an event");
        let body = Bytes::from(serde_json::to_vec(event).expect("JSON"));
        let request = http::Request::post("/webhooks").header("content-type", "application/json");
        let request = request.body(Full::new(body)).expect("a request");
        self.merchant.webhook_service(SignaturePolicy::unsigned()).receive(request).await.status()
    }

    /// Delivers the webhooks of the newest events with this key at once.
    ///
    /// # Panics
    /// If one is refused.
    pub async fn deliver_all(&self, key: &EventKey, count: usize) {
        let list = ListParams::new().order(SortOrder::ReverseChronological).limit(ListParams::MAX_LIMIT);
        let events = self.client().send(ListEvents::new().page(list)).await.expect("a list").data.items;
        let receiver = self.merchant.webhook_service(SignaturePolicy::unsigned());
        let mut received = JoinSet::new();
        for event in events.iter().filter(|event| event.key == *key).take(count) {
            let body = Bytes::from(serde_json::to_vec(event).expect("JSON"));
            let request = http::Request::post("/webhooks").header("content-type", "application/json");
            let request = request.body(Full::new(body)).expect("a request");
            let receiver = receiver.clone();
            received.spawn(async move { receiver.receive(request).await.status() });
        }
        for status in received.join_all().await {
            assert!(status.is_success(), "{status}");
        }
    }

    /// Starts the background worker.
    pub fn run(&self, handler: impl EventHandler + 'static) -> Running {
        let (stop, mut stopped) = watch::channel(false);
        let merchant = self.merchant.clone();
        let worker = tokio::spawn(async move {
            merchant.run(handler, async move { drop(stopped.wait_for(|stopped| *stopped).await) }).await;
        });
        Running { stop, worker }
    }
}

/// A running background worker.
#[derive(Debug)]
pub struct Running {
    stop: watch::Sender<bool>,
    worker: JoinHandle<()>,
}

impl Running {
    /// Whether it still runs.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.worker.is_finished()
    }

    /// Kills it: its tasks end where they are.
    pub async fn kill(self) {
        self.worker.abort();
        // An error says that it was cancelled.
        let _ = self.worker.await;
    }

    /// Shuts it down, and returns how long that took.
    ///
    /// # Panics
    /// If it had ended before, or panicked.
    pub async fn shut_down(self) -> Duration {
        assert!(self.is_alive(), "the worker has ended by itself");
        let begun = Instant::now();
        self.stop.send_replace(true);
        self.worker.await.expect("no panic");
        begun.elapsed()
    }
}

/// Stores a notification of an order that the handler is to receive.
///
/// # Panics
/// If it cannot be stored.
pub async fn add_notification(store: &impl Store, order: &str) {
    let event = format!(r#"{{"event":"expired","reference":"{order}","attempt":1,"charge":"chrg_test_1"}}"#);
    let message = OutboxMessage::new(format!("{order}/expired"), event.into_bytes());
    let reference = Reference::parse(order).expect("a reference");
    let commit = Commit::new(reference, Seq::ZERO).entry(*b"{}").messages(vec![message]);
    store.commit(commit).await.expect("stored");
}

/// Lets virtual time pass until a condition holds, and returns how long that took.
///
/// # Panics
/// If it does not hold within the limit. The message names the condition.
pub async fn within(limit: Duration, what: &str, mut condition: impl AsyncFnMut() -> bool) -> Duration {
    let begun = Instant::now();
    let step = (limit / 1_000).max(Duration::from_millis(1));
    while !condition().await {
        assert!(begun.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(step).await;
    }
    begun.elapsed()
}
