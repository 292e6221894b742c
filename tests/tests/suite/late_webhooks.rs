//! Webhooks that arrive hours to weeks after the charge has ended.

use kakaopay::store::Backlog;
use kakaopay::types::endpoint::ListEvents;
use kakaopay::webhook::Signer;
use kakaopay_sandbox::WebhookSchedule;
use kakaopay_tests::{Shop, browser};
use kakaopay_transport::Client;

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
