//! F60: webhooks that anyone can send neither fill the store nor the log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use kakaopay::store::{MemoryStore, Store};
use kakaopay::types::ChargeId;
use kakaopay::webhook::{Receiver, SignaturePolicy, Verifier, WebhookSecret};
use kakaopay::{Checkout, Inbox};
use kakaopay_tests::Shop;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::{VirtualShop, virtual_store, within};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// The warnings that are logged, as texts.
#[derive(Debug, Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    fn of(&self, word: &str) -> Vec<String> {
        let warnings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        warnings.iter().filter(|warning| warning.contains(word)).cloned().collect()
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push_str(&format!("{}={value:?} ", field.name()));
    }
}

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::WARN
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

async fn post(receiver: &Receiver<Inbox<MemoryStore>>, kind: &str, body: String) -> u16 {
    let request = http::Request::post("/webhooks").header("content-type", kind);
    let request = request.body(Full::new(Bytes::from(body))).expect("a request");
    receiver.receive(request).await.status().as_u16()
}

fn event(number: usize, charge: &str, order: &str) -> String {
    let metadata =
        if order.is_empty() { "{}".to_owned() } else { format!(r#"{{"kakaopay_reference":"{order}/1"}}"#) };
    format!(
        r#"{{"object":"event","id":"evnt_test_{number}","key":"charge.complete","data":{{"object":"charge","id":"{charge}","metadata":{metadata}}}}}"#
    )
}

async fn charge_of(shop: &VirtualShop<MemoryStore>) -> ChargeId {
    match shop.merchant.checkout(Shop::order()).await.expect("a checkout") {
        Checkout::Redirect { charge, .. } => charge,
        other => panic!("no page: {other:?}"),
    }
}

/// F60: unsigned webhooks about other charges are left out, those about a known charge are stored up to a limit, and
/// there is room again when they are processed.
#[tokio::test(start_paused = true)]
async fn f60_i9_unsigned_webhooks_do_not_fill_the_store() {
    let warnings = Warnings::default();
    let _log = tracing::subscriber::set_default(warnings.clone());
    let shop = VirtualShop::open(virtual_store());
    let charge = charge_of(&shop).await;
    let receiver = shop.merchant.webhook_service(SignaturePolicy::unsigned());
    for number in 0..1_000 {
        for (charge, order) in [("chrg_test_other", ""), ("chrg_test_other", "order-of-another-shop")] {
            assert_eq!(post(&receiver, "application/json", event(number, charge, order)).await, 200);
        }
    }
    let inbox = async || shop.store.backlog().await.expect("read").inbox.count;
    assert_eq!(inbox().await, 0);
    // By its charge, or by its order.
    let mut statuses = Vec::new();
    for number in 0..500 {
        let (charge, order) =
            if number % 2 == 0 { (charge.as_str(), "") } else { ("chrg_test_new", "order-345678") };
        statuses.push(post(&receiver, "application/json", event(number, charge, order)).await);
    }
    let counts = shop.merchant.metrics();
    assert_eq!(
        (counts.webhooks_unrelated, counts.webhooks_received, counts.webhooks_over_limit),
        (2_000, 256, 244)
    );
    assert_eq!(statuses.iter().filter(|status| **status == 503).count(), 244);
    assert_eq!(inbox().await, 256);
    for word in ["unsigned webhooks left out", "too many are pending"] {
        assert_eq!(warnings.of(word).len(), 1, "{word}");
    }
    let running = shop.run(Notifications::default());
    within(Duration::from_secs(600), "processed", async || inbox().await == 0).await;
    tokio::time::sleep(Duration::from_secs(61)).await;
    assert_eq!(post(&receiver, "application/json", event(1_000, charge.as_str(), "")).await, 200);
    assert_eq!(post(&receiver, "application/json", event(1_001, "chrg_test_other", "")).await, 200);
    assert_eq!(shop.merchant.metrics().webhooks_received, 257);
    let left_out = warnings.of("unsigned webhooks left out");
    assert!(left_out.len() == 2 && left_out[1].contains("count=2000"), "{left_out:?}");
    running.shut_down().await;
}

/// F60, F05, F31: each refusal is counted, and logged once a minute with its next step, however many there are.
#[tokio::test(start_paused = true)]
async fn f60_f05_f31_refused_webhooks_are_counted_and_seldom_logged() {
    let warnings = Warnings::default();
    let _log = tracing::subscriber::set_default(warnings.clone());
    let shop = VirtualShop::open(virtual_store());
    let secret = WebhookSecret::from_bytes(*b"a secret").expect("not empty");
    let signed = SignaturePolicy::signed(Verifier::new([secret]).expect("a secret"));
    let (signed, unsigned) =
        (shop.merchant.webhook_service(signed), shop.merchant.webhook_service(SignaturePolicy::unsigned()));
    for minute in 1..=3 {
        for number in 0..100 {
            let body = event(number, "chrg_test_1", "");
            assert_eq!(post(&signed, "text/plain", body.clone()).await, 415);
            assert_eq!(post(&signed, "application/json", "x".repeat(256 * 1024 + 1)).await, 413);
            assert_eq!(post(&signed, "application/json", body).await, 401);
            assert_eq!(post(&unsigned, "application/json", "{}".to_owned()).await, 400);
        }
        let counts = shop.merchant.metrics();
        assert_eq!(counts.webhooks_misformed, minute * 200);
        assert_eq!((counts.signature_failures, counts.webhooks_malformed), (minute * 100, minute * 100));
        for next_step in ["the proxy in front", "the webhook secret with", "upgrade it"] {
            let logged = warnings.of(next_step).len();
            assert_eq!(u64::try_from(logged).ok(), Some(minute), "{next_step}");
        }
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    assert_eq!(shop.store.backlog().await.expect("read").inbox.count, 0);
}
