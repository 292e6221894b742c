//! Notifications of a payment when the event handler fails: their order, their retries, and skipping one.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};

use kakaopay::store::{Skip, SkipOutcome};
use kakaopay::types::{Reference, RefundAmount};
use kakaopay::{EventHandler, Notification, RefundRequest};
use kakaopay_sandbox_server::HttpPoster;
use kakaopay_tests::{Shop, browser, eventually};

/// A handler that fails its first calls for one key, and records the keys of all its calls.
#[derive(Debug, Clone)]
struct Flaky {
    key: &'static str,
    failures: usize,
    calls: Arc<Mutex<Vec<(String, bool)>>>,
}

impl Flaky {
    fn new(key: &'static str, failures: usize) -> Self {
        Self { key, failures, calls: Arc::default() }
    }

    /// The keys in the order of the calls, each with whether its call succeeded.
    fn calls(&self) -> Vec<(String, bool)> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The keys of the calls that succeeded.
    fn delivered(&self) -> Vec<String> {
        self.calls().into_iter().filter(|(_, succeeded)| *succeeded).map(|(key, _)| key).collect()
    }
}

impl EventHandler for Flaky {
    async fn handle(&self, notification: &Notification) -> Result<(), Box<dyn Error + Send + Sync>> {
        let key = &notification.idempotency_key;
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let before = calls.iter().filter(|(called, _)| called == key).count();
        let succeeds = key != self.key || before >= self.failures;
        calls.push((key.clone(), succeeds));
        if succeeds { Ok(()) } else { Err("the shop's database is away".into()) }
    }
}

const PAID: &str = "order-345678/paid";
const REFUNDED: &str = "order-345678/refund/refund-1";

/// Works off all that is due now.
async fn work(shop: &Shop, handler: &Flaky) {
    shop.sandbox.deliver_pending(&HttpPoster::new()).await;
    while shop.merchant.run_once(handler).await.expect("worked").any() {}
}

/// A shop whose handler has failed at `Paid` once, and which has refunded a part 30 s later.
async fn refunded_after_failure(handler: &Flaky) -> Shop {
    let shop = Shop::builder().open().await;
    let page = shop.check_out(Shop::order()).await;
    browser::decide(&page, "outcome=successful").await;
    let called = async || {
        work(&shop, handler).await;
        !handler.calls().is_empty()
    };
    eventually("the handler is called", called).await;
    shop.sandbox.clock().advance_seconds(30);
    let refund = RefundRequest::new(
        Reference::parse("refund-1").expect("a reference"),
        RefundAmount::new(50_000).expect("an amount"),
    );
    let refund = shop.merchant.refund(&Shop::reference(), refund).await.expect("a refund");
    assert!(refund.is_completed(), "{refund:?}");
    shop
}

/// F48: the handler fails at `Paid` once; the refund that follows is not notified before it.
#[tokio::test]
async fn f48_an_order_is_notified_as_paid_before_its_refund() {
    let handler = Flaky::new(PAID, 1);
    let shop = refunded_after_failure(&handler).await;
    for _ in 0..300 {
        work(&shop, &handler).await;
        shop.sandbox.clock().advance_seconds(1);
    }
    assert_eq!(handler.delivered(), [PAID, REFUNDED]);
    assert_eq!(shop.merchant.backlog().await.expect("read").outbox.count, 0);
}

/// F50: a notification that fails is retried after 10 s, 20 s, 40 s and so on, until it succeeds.
#[tokio::test]
async fn f50_a_failed_notification_backs_off() {
    let handler = Flaky::new(PAID, 4);
    let shop = refunded_after_failure(&handler).await;
    let (mut seconds, mut calls) = (Vec::new(), handler.calls().len());
    assert_eq!(calls, 1);
    for second in 30..200 {
        work(&shop, &handler).await;
        let paid = handler.calls().iter().filter(|(key, _)| key == PAID).count();
        if paid > calls {
            (calls, seconds) = (paid, [seconds, vec![second]].concat());
        }
        shop.sandbox.clock().advance_seconds(1);
    }
    // The first retry was due after 10 s, while no worker ran.
    assert_eq!(seconds, [30, 50, 90, 170]);
    assert_eq!(handler.delivered(), [PAID, REFUNDED]);
    assert_eq!(shop.merchant.metrics().handler_failures, 4);
}

/// F50: a person skips a notification that the handler never accepts; the next one is delivered, and that one never.
#[tokio::test]
async fn f50_a_skipped_notification_lets_the_next_one_through() {
    let handler = Flaky::new(PAID, usize::MAX);
    let shop = refunded_after_failure(&handler).await;
    let skip = async |key, who| shop.merchant.skip(key, who, "shipped by hand").await.expect("an outcome");
    assert_eq!(skip(PAID, "Mina").await, SkipOutcome::Skipped);
    let decided_at = shop.merchant.now();
    for _ in 0..300 {
        work(&shop, &handler).await;
        shop.sandbox.clock().advance_seconds(1);
    }
    assert_eq!(handler.delivered(), [REFUNDED]);
    let kept = SkipOutcome::AlreadySkipped { skip: Skip::new("Mina", "shipped by hand"), at: decided_at };
    assert_eq!(skip(PAID, "Jun").await, kept);
    assert_eq!(skip(REFUNDED, "Jun").await, SkipOutcome::AlreadyCompleted);
    assert_eq!(skip("order-1/paid", "Jun").await, SkipOutcome::NotFound);
}
