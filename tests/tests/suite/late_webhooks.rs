//! Webhooks that arrive hours to weeks after the charge has ended.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::BodyExt;
use kakaopay::PaymentEvent;
use kakaopay::store::{Backlog, MemoryStore};
use kakaopay::types::endpoint::{CreateRefund, ListEvents};
use kakaopay::types::{EventKey, Reference, RefundAmount};
use kakaopay::webhook::Signer;
use kakaopay_sandbox::{SandboxBody, WebhookSchedule};
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::{VirtualShop, virtual_store};
use kakaopay_tests::{Shop, browser};
use kakaopay_transport::{Client, HttpRequest};
use tower_service::Service;

/// The service's events as it posts them, the newest first.
async fn bodies(shop: &Shop) -> Vec<String> {
    let client = Client::builder(shop.sandbox.service(), shop.sandbox.secret_key().clone()).build();
    let events = client.send(ListEvents::default()).await.expect("a list").data.items;
    events.iter().rev().map(|event| serde_json::to_string(event).expect("JSON")).collect()
}

/// Posts an event, signed now.
async fn post(shop: &Shop, body: &str) -> u16 {
    let signed = Signer::new([shop.sandbox.webhook_secret().clone()])
        .sign(shop.sandbox.clock().now(), body.as_bytes());
    let request = http::Request::post(&shop.webhook_url)
        .header("content-type", "application/json")
        .header("omise-signature", signed.signature)
        .header("omise-signature-timestamp", signed.timestamp)
        .body(http_body_util::Full::from(body.to_owned()));
    browser::send(request.expect("a request")).await.0
}

/// However late an event arrives, and in whatever order, it changes nothing of a payment that has ended. An event that
/// says `pending` or `successful` of a charge that has failed is such an event too.
#[tokio::test]
async fn f04_i3_i6_a_late_webhook_changes_nothing() {
    let mut arrived = 0;
    for decision in [Some("outcome=successful"), Some("outcome=failed&failure_code=payment_rejected"), None] {
        let shop = Shop::builder().open().await;
        shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
        let page = shop.check_out(Shop::order()).await;
        let early = bodies(&shop).await;
        match decision {
            Some(form) => browser::decide(&page, form).await,
            None => shop.sandbox.clock().advance_seconds(7 * 86_400 + 61),
        }
        shop.wait_until_notified().await;
        let (state, events) = (shop.status().await.state, shop.notifications.events());
        assert!(state.is_final(), "{state:?}");
        let mut late = bodies(&shop).await;
        late.extend(early);
        // A body that contradicts the service: only a reading counts.
        let other = if decision == Some("outcome=successful") { "expired" } else { "successful" };
        let status = format!("\"status\":\"{}\"", state.name());
        let contradicting = late[0].replacen(&status, &format!("\"status\":\"{other}\""), 1);
        assert_ne!(contradicting, late[0], "{status}");
        late.push(contradicting.replacen("evnt_test_", "evnt_test_x", 1));
        for hours in [1, 24, 7 * 24, 30 * 24] {
            shop.sandbox.clock().advance_seconds(hours * 3_600);
            for (number, body) in late.iter().enumerate() {
                // A new id each time, so that it is no duplicate.
                let body = body.replacen("evnt_test_", &format!("evnt_test_{hours}{number}"), 1);
                assert_eq!(post(&shop, &body).await, 200);
                arrived += shop.merchant.run_once(&shop.notifications).await.expect("worked").webhooks;
            }
            shop.settle_down().await;
            assert_eq!(shop.status().await.state, state);
            assert_eq!(shop.notifications.events(), events);
            assert_eq!(shop.merchant.backlog().await.expect("read"), Backlog::default());
        }
    }
    // Each charge has two events. That it was created is known, and not stored; its end and the contradiction are.
    assert_eq!(arrived, 3 * 4 * (1 + 1));
}

/// Shows pending charges as failed, as a replica may that is wrong for a moment.
#[derive(Clone)]
struct Wrong<S> {
    inner: S,
    is_wrong: Arc<AtomicBool>,
}

impl<S> Service<HttpRequest> for Wrong<S>
where
    S: Service<HttpRequest, Response = http::Response<SandboxBody>>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let (response, is_wrong) = (self.inner.call(request), self.is_wrong.load(Ordering::SeqCst));
        Box::pin(async move {
            let response = response.await?;
            if !is_wrong {
                return Ok(response);
            }
            let (mut head, body) = response.into_parts();
            head.headers.remove(http::header::CONTENT_LENGTH);
            let body = body.collect().await.expect("a body").to_bytes();
            let body = String::from_utf8(body.to_vec()).expect("text");
            let body = body.replace("\"pending\"", "\"failed\"");
            Ok(http::Response::from_parts(head, bytes::Bytes::from(body).into()))
        })
    }
}

/// A shop whose order was paid although it was read as failed before. Half of the money went back at the dashboard.
async fn paid_late_and_refunded(notifications: &Notifications) -> VirtualShop<MemoryStore> {
    let is_wrong = Arc::new(AtomicBool::new(false));
    let wrong = Arc::clone(&is_wrong);
    let over = move |inner| Wrong { inner, is_wrong: wrong };
    let shop = VirtualShop::open_with(virtual_store(), over, |builder| builder);
    shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    is_wrong.store(true, Ordering::SeqCst);
    shop.merchant.refresh(&Shop::reference()).await.expect("read");
    is_wrong.store(false, Ordering::SeqCst);
    let late = shop.pay().await;
    assert!(shop.deliver(&EventKey::ChargeComplete).await.is_success());
    shop.merchant.run_once(notifications).await.expect("worked");
    let half = RefundAmount::new(75_000).expect("an amount");
    let refund = CreateRefund::new(late, half, Reference::parse("by-hand").expect("a reference"));
    shop.client().send(refund).await.expect("refunded");
    shop
}

/// For the webhook about a refund of late money, the charge and the list of its refunds are read. If either cannot be
/// read, the webhook comes again, and the refund is notified.
#[tokio::test(start_paused = true)]
async fn f22_f04_a_refund_of_late_money_is_read_until_both_reads_succeed() {
    for unread in ["charges.refunds", "charges.retrieve"] {
        let notifications = Notifications::default();
        let shop = paid_late_and_refunded(&notifications).await;
        let late = |event: &PaymentEvent| matches!(event, PaymentEvent::PaidLate { .. });
        assert!(notifications.events().iter().any(|(_, event)| late(event)), "{:?}", notifications.events());
        shop.sandbox.set_faults(vec![format!("status=503@{unread}").parse().expect("a rule")]);
        assert!(shop.deliver(&EventKey::RefundCreate).await.is_success());
        shop.merchant.run_once(&notifications).await.expect("worked");
        let waiting = async || shop.merchant.backlog().await.expect("read").inbox.count;
        assert!(shop.sandbox.triggered_fault_count() > 0, "{unread}");
        assert_eq!(waiting().await, 1, "{unread}");
        shop.sandbox.set_faults(Vec::new());
        // As long as failed work waits.
        tokio::time::advance(Duration::from_secs(121)).await;
        shop.merchant.run_once(&notifications).await.expect("worked");
        assert_eq!(waiting().await, 0, "{unread}");
        let is_notified = notifications.events().iter().any(|(key, _)| key.contains("/refunded_elsewhere/"));
        assert!(is_notified, "{unread}: {:?}", notifications.events());
    }
}
