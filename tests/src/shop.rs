//! A shop with all its parts, over loopback HTTP, its store in SQLite.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use kakaopay::types::{Currency, Money, PaymentAmount, Reference, ReturnUri, SecretKey};
use kakaopay::webhook::{SignaturePolicy, Verifier};
use kakaopay::{Checkout, EventHandler, Merchant, Notification, Order, PaymentEvent, PaymentStatus};
use kakaopay_sandbox::{Sandbox, SandboxClock, WebhookUrl};
use kakaopay_sandbox_server::{HttpPoster, SandboxServer, serve};
use kakaopay_store_sqlite::{SqliteOptions, SqliteStore};
use kakaopay_transport::testing::LeakWatch;
use kakaopay_transport::{BaseUri, BoxError, Client, HttpRequest, HyperTransport};
use kakaopay_types::Timestamp;
use kakaopay_types::endpoint::ListEvents;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower_service::Service;

use crate::eventually;

/// A shop with all its parts.
pub struct Shop {
    /// The service it is paid through.
    pub sandbox: Sandbox,
    /// Its payments.
    pub merchant: Merchant<SqliteStore>,
    /// Its notifications so far.
    pub notifications: Notifications,
    /// Where its webhooks arrive.
    pub webhook_url: String,
    /// Where its store is.
    pub store_path: PathBuf,
    running: SandboxServer,
    _folder: TempDir,
}

/// How a shop is set up.
#[derive(Debug, Default)]
pub struct ShopBuilder {
    key: Option<SecretKey>,
}

impl ShopBuilder {
    /// The shop signs in with another key than the service's.
    #[must_use]
    pub fn secret_key(self, key: SecretKey) -> Self {
        Self { key: Some(key) }
    }

    /// Opens the shop.
    pub async fn open(self) -> Shop {
        self.open_over(|wire| wire).await
    }

    /// Opens the shop over a wire of its own.
    ///
    /// # Panics
    /// If something cannot be started.
    pub async fn open_over<W, B>(self, over: impl FnOnce(HyperTransport) -> W) -> Shop
    where
        W: Service<HttpRequest, Response = http::Response<B>, Error: Into<BoxError>>
            + Clone
            + Send
            + Sync
            + 'static,
        W::Future: Send + 'static,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        // From now on, who logs a secret ends the tests.
        LeakWatch::install();
        let now = Timestamp::parse("2024-02-29T12:00:00Z").expect("a moment");
        let sandbox = Sandbox::builder().seed(1).clock(SandboxClock::frozen_at(now)).build();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let running = serve(&sandbox, listener).expect("serving");
        let folder = tempfile::tempdir().expect("a folder");
        let store_path = folder.path().join("store.sqlite");
        let key = self.key.unwrap_or_else(|| sandbox.secret_key().clone());
        let wire = over(HyperTransport::new().expect("a transport"));
        let merchant = merchant(&sandbox, &running.url(), key, wire, &store_path);

        let verifier = Verifier::new([sandbox.webhook_secret().clone()]).expect("a secret");
        let receiver = merchant.webhook_service(SignaturePolicy::signed(verifier));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let webhook_url = format!("http://{}/webhooks", listener.local_addr().expect("an address"));
        sandbox.set_webhook_url(Some(WebhookUrl::parse(&webhook_url).expect("on loopback")));
        tokio::spawn(kakaopay::serve_webhooks(listener, receiver, std::future::pending()));
        Shop {
            sandbox,
            merchant,
            notifications: Notifications::default(),
            webhook_url,
            store_path,
            running,
            _folder: folder,
        }
    }
}

fn merchant<W, B>(
    sandbox: &Sandbox,
    api: &str,
    key: SecretKey,
    wire: W,
    store_path: &Path,
) -> Merchant<SqliteStore>
where
    W: Service<HttpRequest, Response = http::Response<B>, Error: Into<BoxError>>
        + Clone
        + Send
        + Sync
        + 'static,
    W::Future: Send + 'static,
    B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let base = BaseUri::parse(api).expect("an origin");
    let secret = Client::builder(wire.clone(), key).base_uri(base.clone()).build();
    let public = Client::builder(wire, sandbox.public_key().clone()).base_uri(base).build();
    let (clock, own) = (sandbox.clock().clone(), sandbox.clock().clone());
    let store = SqliteOptions::new().clock(move || own.now()).open(store_path).expect("a store");
    Merchant::builder(secret, store).public_client(public).clock(move || clock.now()).jitter_seed(7).build()
}

impl Shop {
    /// How a shop is set up.
    #[must_use]
    pub fn builder() -> ShopBuilder {
        ShopBuilder::default()
    }

    /// The order of the guide's example.
    ///
    /// # Panics
    /// Never: its values are good.
    #[must_use]
    pub fn order() -> Order {
        Self::order_of(Self::reference())
    }

    /// The same order with another reference.
    ///
    /// # Panics
    /// Never: its values are good.
    #[must_use]
    pub fn order_of(reference: Reference) -> Order {
        let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount");
        let uri = ReturnUri::parse("https://example.com/orders/345678/complete").expect("an address");
        Order::new(reference, amount, uri)
    }

    /// The reference of that order.
    ///
    /// # Panics
    /// Never: it is good.
    #[must_use]
    pub fn reference() -> Reference {
        Reference::parse("order-345678").expect("a reference")
    }

    /// Checks the order out and gives the address of its page.
    ///
    /// # Panics
    /// If it leads elsewhere.
    pub async fn check_out(&self, order: Order) -> String {
        match self.merchant.checkout(order).await.expect("a checkout") {
            Checkout::Redirect { authorize_uri, .. } => authorize_uri,
            other => panic!("no page: {other:?}"),
        }
    }

    /// Processes all due work, webhooks on their way included.
    ///
    /// # Panics
    /// If something goes wrong.
    pub async fn settle_down(&self) {
        self.sandbox.deliver_pending(&HttpPoster::new()).await;
        for _ in 0..1_000 {
            if !self.merchant.run_once(&self.notifications).await.expect("worked").any() {
                return;
            }
        }
        panic!("there is always more to do");
    }

    /// Processes webhooks, without moving the clock, until the handler is notified.
    ///
    /// # Panics
    /// If it is not notified within half a minute.
    pub async fn wait_for_webhook(&self) {
        let notified = async || {
            self.settle_down().await;
            !self.notifications.events().is_empty()
        };
        eventually("a webhook ends the payment", notified).await;
    }

    /// Moves the clock, second by second, until the handler is notified.
    ///
    /// # Panics
    /// If it is not notified within a minute.
    pub async fn wait_until_notified(&self) {
        for _ in 0..60 {
            self.settle_down().await;
            if !self.notifications.events().is_empty() {
                return;
            }
            self.sandbox.clock().advance_seconds(1);
        }
        panic!("the handler is not notified");
    }

    /// How far the order's payment has come.
    ///
    /// # Panics
    /// If there is none.
    pub async fn status(&self) -> PaymentStatus {
        self.merchant.status(&Self::reference()).await.expect("read").expect("a payment")
    }

    /// How many charges the service has.
    #[must_use]
    pub fn charges(&self) -> usize {
        self.sandbox.events().iter().filter(|(_, key)| *key == "charge.create").count()
    }

    /// How many webhooks its endpoint has acknowledged.
    ///
    /// # Panics
    /// If the service does not answer.
    pub async fn deliveries(&self) -> usize {
        let client = Client::builder(self.sandbox.service(), self.sandbox.secret_key().clone()).build();
        let events = client.send(ListEvents::default()).await.expect("a list").data.items;
        let json = serde_json::to_string(&events).expect("JSON");
        json.matches("\"status\":200").count()
    }

    /// The same shop after its process has ended and started again: only the store is left.
    ///
    /// # Panics
    /// If the store cannot be opened.
    #[must_use]
    pub fn restarted(self) -> Self {
        let key = self.sandbox.secret_key().clone();
        let wire = HyperTransport::new().expect("a transport");
        let merchant = merchant(&self.sandbox, &self.running.url(), key, wire, &self.store_path);
        Self { merchant, ..self }
    }
}

/// A handler that records its notifications in order, each with its key.
#[derive(Debug, Clone, Default)]
pub struct Notifications(Arc<Mutex<Vec<(String, PaymentEvent)>>>);

impl Notifications {
    /// The notifications so far.
    #[must_use]
    pub fn events(&self) -> Vec<(String, PaymentEvent)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl EventHandler for Notifications {
    async fn handle(
        &self,
        notification: &Notification,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let entry = (notification.idempotency_key.clone(), notification.event.clone());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        Ok(())
    }
}
