//! The service: the sandbox with a clock that the simulation moves, and the people at its dashboard.

use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, StatusCode};
use kakaopay::webhook::{SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER};
use kakaopay_sandbox::{PostError, Poster, Sandbox, SandboxClock, WebhookUrl};
use kakaopay_types::{SecretKey, Timestamp};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// The key of another account.
const OTHER_KEY: &str = "skey_test_0000000000000000000";
/// Where buyers return to, without the order and the store.
pub const RETURN_URI: &str = "https://shop.example/done?order=";

const KEY: &str = "skey_test_5xt0gk0nqqnwnp1bnm8";

/// The service. Clones share it.
#[derive(Debug, Clone)]
pub struct Service {
    sandbox: Sandbox,
    /// Another account.
    other: Sandbox,
}

/// A charge as the service's book has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedCharge {
    /// Its id.
    pub id: String,
    /// The order that it was made for, which its return address names. The service changes it never.
    pub order: Option<String>,
    /// The store that it was made for, which its return address names too.
    pub store: Option<String>,
    /// The order that its metadata names.
    pub named: Option<String>,
    /// The status.
    pub status: String,
    /// The amount in minor units.
    pub amount: i64,
    /// Its refunds: the reference in the metadata, and the amount.
    pub refunds: Vec<(Option<String>, i64)>,
    /// Where the buyer pays.
    pub authorize_uri: String,
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
        Self { sandbox, other }
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
        let is_other = request.headers().get("authorization").is_some_and(|value| *value == *other);
        if is_other { self.other.respond(request) } else { self.sandbox.respond(request) }
    }

    /// Sends a form as staff do, and returns the response as JSON.
    ///
    /// # Panics
    /// If the response is no JSON.
    pub fn staff(&self, method: &str, path: &str, form: &str) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("https://api.omise.co{path}"))
            .header("authorization", format!("Basic {}", STANDARD.encode(format!("{KEY}:"))))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from(form.to_owned()))
            .expect("a request");
        let response = self.respond(request);
        let json = serde_json::from_slice(response.body()).expect("JSON");
        (response.status(), json)
    }

    /// Whether the other account has a charge or a refund.
    #[must_use]
    pub fn is_other_used(&self) -> bool {
        !self.other.events().is_empty()
    }

    /// The book: all charges, the oldest first.
    ///
    /// # Panics
    /// If there are more than a hundred.
    #[must_use]
    pub fn charges(&self) -> Vec<BookedCharge> {
        let (_, list) = self.staff("GET", "/charges?limit=100&order=chronological", "");
        let charges = list["data"].as_array().expect("a list");
        assert_eq!(list["total"].as_u64(), u64::try_from(charges.len()).ok(), "more than a page");
        charges.iter().map(BookedCharge::of).collect()
    }

    /// The charge behind a link.
    #[must_use]
    pub fn charge_behind(&self, authorize_uri: &str) -> Option<BookedCharge> {
        self.charges().into_iter().find(|charge| charge.authorize_uri == authorize_uri)
    }

    /// A signed webhook of an event that no list shows.
    ///
    /// # Panics
    /// Never: its values are valid.
    #[must_use]
    pub fn webhook_about(&self, charge: &str, number: u64) -> Request<Bytes> {
        let body = json!({"object": "event", "id": format!("evnt_test_flood{number}"), "key": "charge.complete",
            "data": {"object": "charge", "id": charge}});
        let body = body.to_string();
        let signed =
            Signer::new([self.sandbox.webhook_secret()]).sign(self.sandbox.clock().now(), body.as_bytes());
        Request::post("http://127.0.0.1:1/webhooks")
            .header("content-type", "application/json")
            .header(SIGNATURE_HEADER, signed.signature)
            .header(TIMESTAMP_HEADER, signed.timestamp)
            .body(Bytes::from(body))
            .expect("a request")
    }

    /// Takes the webhooks that are due.
    #[must_use]
    pub fn take_webhooks(&self, runtime: &Runtime) -> Vec<Request<Bytes>> {
        let posted = Posted::default();
        runtime.block_on(self.sandbox.deliver_pending(&posted));
        posted.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BookedCharge {
    fn of(charge: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        // `order/attempt`.
        let named = text(&charge["metadata"]["kakaopay_reference"]);
        let named = named.and_then(|name| name.rsplit_once('/').map(|(order, _)| order.to_owned()));
        let made_for = text(&charge["return_uri"]).unwrap_or_default();
        let made_for = made_for.strip_prefix(RETURN_URI).and_then(|made_for| made_for.split_once("&store="));
        let (order, store) = made_for.map(|(order, store)| (order.to_owned(), store.to_owned())).unzip();
        let refunds = charge["refunds"]["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let refund = |refund: &Value| {
            (text(&refund["metadata"]["kakaopay_reference"]), refund["amount"].as_i64().unwrap_or(0))
        };
        Self {
            id: text(&charge["id"]).unwrap_or_default(),
            order,
            store,
            named,
            status: text(&charge["status"]).unwrap_or_default(),
            amount: charge["amount"].as_i64().unwrap_or(0),
            refunds: refunds.iter().map(refund).collect(),
            authorize_uri: text(&charge["authorize_uri"]).unwrap_or_default(),
        }
    }

    /// The sum of its refunds.
    #[must_use]
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|(_, amount)| amount).sum()
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

/// Removes the service's time from a response: the header `Date`, and the end of a list.
pub fn hide_time(response: &mut http::Response<Bytes>) {
    response.headers_mut().remove(http::header::DATE);
    let Ok(mut body) = serde_json::from_slice::<Value>(response.body()) else { return };
    if body["object"] == "list" && body.as_object_mut().is_some_and(|list| list.remove("to").is_some()) {
        *response.body_mut() = Bytes::from(body.to_string());
        response.headers_mut().remove(http::header::CONTENT_LENGTH);
    }
}

/// Shows the pending charges of an order with another status.
pub fn misread(response: &mut http::Response<Bytes>, order: &str, status: &str) {
    let Ok(mut body) = serde_json::from_slice::<Value>(response.body()) else { return };
    let uri = format!("{RETURN_URI}{order}&");
    let is_pending = |charge: &Value| {
        charge["return_uri"].as_str().is_some_and(|made_for| made_for.starts_with(&uri))
            && charge["status"] == "pending"
    };
    let mut changed = false;
    let mut show = |charge: &mut Value| {
        if is_pending(charge) {
            charge["status"] = status.into();
            changed = true;
        }
    };
    match body.get_mut("data").and_then(Value::as_array_mut) {
        Some(data) => data.iter_mut().for_each(show),
        None => show(&mut body),
    }
    if changed {
        *response.body_mut() = Bytes::from(body.to_string());
        response.headers_mut().remove(http::header::CONTENT_LENGTH);
    }
}

/// The charges that a response shows as successful, and whose money has not gone back whole.
#[must_use]
pub fn charges_with_money(response: &http::Response<Bytes>) -> Vec<String> {
    let is_paid = response.body().windows(12).any(|word| word == b"\"successful\"");
    let body = is_paid.then(|| serde_json::from_slice::<Value>(response.body()).ok()).flatten();
    let Some(body) = body else { return Vec::new() };
    let objects = if body["object"] == "list" {
        body["data"].as_array().cloned().unwrap_or_default()
    } else {
        vec![body]
    };
    let with_money = objects.iter().filter(|charge| {
        charge["object"] == "charge"
            && charge["status"] == "successful"
            && charge["voided"] != true
            && charge["refunded_amount"].as_i64() < charge["amount"].as_i64()
    });
    with_money.filter_map(|charge| charge["id"].as_str().map(str::to_owned)).collect()
}
