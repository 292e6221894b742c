//! The service: the sandbox with a clock that the simulation moves, and the people at its dashboard.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, StatusCode};
use kakaopay::webhook::{SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER};
use kakaopay_sandbox::{PostError, Poster, Sandbox, SandboxClock, WebhookUrl};
use kakaopay_types::{SecretKey, Timestamp};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::booked_charge::BookedCharge;
use crate::store::ready;

/// The key of another account.
const OTHER_KEY: &str = "skey_test_0000000000000000000";
/// Where buyers return to, without the order and the store.
pub const RETURN_URI: &str = "https://shop.example/done?order=";

const KEY: &str = "skey_test_5xt0gk0nqqnwnp1bnm8";
/// The part of the key that must be read nowhere.
pub const SECRET: &str = "5xt0gk0nqqnwnp1bnm8";

/// The service. Clones share it.
#[derive(Debug, Clone)]
pub struct Service {
    sandbox: Sandbox,
    /// Another account.
    other: Sandbox,
    /// The book as it was last read. Empty after a mutation.
    book: Arc<Mutex<Option<Book>>>,
}

/// The book of the account's charges.
#[derive(Debug)]
struct Book {
    charges: Arc<[BookedCharge]>,
    /// When a charge expires by itself.
    valid_until: i64,
}

impl Service {
    /// A service without charges, which posts webhooks.
    ///
    /// # Panics
    /// Never: its values are valid.
    #[must_use]
    pub fn new(seed: u64, now: Timestamp) -> Self {
        let key = SecretKey::parse(KEY).expect("a key");
        let clock = SandboxClock::frozen_at(now);
        let sandbox = Sandbox::builder().seed(seed).clock(clock).secret_key(key).build();
        let url = WebhookUrl::parse("http://127.0.0.1:1/webhooks").expect("on loopback");
        sandbox.set_webhook_url(Some(url));
        let key = SecretKey::parse(OTHER_KEY).expect("a key");
        let clock = SandboxClock::frozen_at(now);
        let other = Sandbox::builder().seed(seed ^ 1).clock(clock).secret_key(key).build();
        Self { sandbox, other, book: Arc::default() }
    }

    /// The other account, which no shop of the simulation has.
    #[must_use]
    pub fn other(&self) -> &Sandbox {
        &self.other
    }

    /// The sandbox.
    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Sets the service's clock.
    pub fn set_time(&self, now: Timestamp) {
        self.sandbox.clock().set(now);
        self.other.clock().set(now);
    }

    /// Carries a request out.
    #[must_use]
    pub fn respond(&self, request: Request<Bytes>) -> http::Response<Bytes> {
        let other = format!("Basic {}", STANDARD.encode(format!("{OTHER_KEY}:")));
        if request.method() != http::Method::GET {
            *self.book() = None;
        }
        let is_other = request.headers().get("authorization").is_some_and(|value| *value == *other);
        if is_other { self.other.respond(request) } else { self.sandbox.respond(request) }
    }

    /// Sends a form as staff do, and returns the response as JSON.
    ///
    /// # Panics
    /// If the response is no JSON.
    pub fn staff(&self, method: &str, path: &str, form: &str) -> (StatusCode, Value) {
        let response = self.request(method, path, form);
        let json = serde_json::from_slice(response.body()).expect("JSON");
        (response.status(), json)
    }

    fn request(&self, method: &str, path: &str, form: &str) -> http::Response<Bytes> {
        let request = Request::builder()
            .method(method)
            .uri(format!("https://api.omise.co{path}"))
            .header("authorization", format!("Basic {}", STANDARD.encode(format!("{KEY}:"))))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(form.to_owned()))
            .expect("a request");
        self.respond(request)
    }

    /// Whether the other account has a charge or a refund.
    #[must_use]
    pub fn is_other_used(&self) -> bool {
        !self.other.events().is_empty()
    }

    /// Refuses to end charges before they expire, as a service may that does not support it for KakaoPay.
    ///
    /// # Panics
    /// Never: its values are valid.
    pub fn refuse_to_cancel(&self) {
        let rule = "refuse=failed_expire@charges.expire".parse().expect("a rule");
        self.sandbox.set_faults(vec![rule]);
    }

    /// The book: all charges, the oldest first.
    ///
    /// # Panics
    /// If there are more than a hundred.
    #[must_use]
    pub fn charges(&self) -> Arc<[BookedCharge]> {
        let now = self.sandbox.clock().now().unix_millis();
        if let Some(book) = self.book().as_ref().filter(|book| now < book.valid_until) {
            return Arc::clone(&book.charges);
        }
        let list = self.request("GET", "/charges?limit=100&order=chronological", "");
        let charges: Arc<[_]> = BookedCharge::all(list.body()).into();
        let pending = charges.iter().filter(|charge| charge.status == "pending");
        let valid_until = pending.map(|charge| charge.expires_at).min().unwrap_or(i64::MAX);
        *self.book() = Some(Book { charges: Arc::clone(&charges), valid_until });
        charges
    }

    /// The charge behind a link.
    #[must_use]
    pub fn charge_behind(&self, authorize_uri: &str) -> Option<BookedCharge> {
        self.charges().iter().find(|charge| charge.authorize_uri == authorize_uri).cloned()
    }

    fn book(&self) -> MutexGuard<'_, Option<Book>> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A signed webhook of an event that no list shows.
    ///
    /// # Panics
    /// Never: its values are valid.
    #[must_use]
    pub fn webhook_about(&self, charge: &str, number: u64) -> Request<Bytes> {
        let mut webhook = Self::unsigned_webhook_about(charge, number);
        let signer = Signer::new([self.sandbox.webhook_secret()]);
        let signed = signer.sign(self.sandbox.clock().now(), webhook.body());
        let headers = webhook.headers_mut();
        headers.insert(SIGNATURE_HEADER, signed.signature.parse().expect("a header"));
        headers.insert(TIMESTAMP_HEADER, signed.timestamp.parse().expect("a header"));
        webhook
    }

    /// A webhook without a signature, as anyone can send it.
    ///
    /// # Panics
    /// Never: its values are valid.
    #[must_use]
    pub fn unsigned_webhook_about(charge: &str, number: u64) -> Request<Bytes> {
        let body = json!({"object": "event", "id": format!("evnt_test_flood{number}"), "key": "charge.complete",
            "data": {"object": "charge", "id": charge}});
        Request::post("http://127.0.0.1:1/webhooks")
            .header("content-type", "application/json")
            .body(Bytes::from(body.to_string()))
            .expect("a request")
    }

    /// Takes the webhooks that are due.
    #[must_use]
    pub fn take_webhooks(&self, runtime: &Runtime) -> Vec<Request<Bytes>> {
        let posted = Posted::default();
        let _context = runtime.enter();
        ready(async { Ok::<_, Infallible>(self.sandbox.deliver_pending(&posted).await) });
        posted.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records webhooks instead of posting them. Their way to the shop is the simulation's.
#[derive(Debug, Default)]
struct Posted(Mutex<Vec<Request<Bytes>>>);

impl Poster for Posted {
    async fn post(&self, webhook: Request<Bytes>) -> Result<StatusCode, PostError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(webhook);
        Ok(StatusCode::OK)
    }
}
