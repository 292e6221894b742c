//! Charges that staff refund at the dashboard before the shop has read them as paid.

use kakaopay::store::MemoryStore;
use kakaopay::types::endpoint::CreateRefund;
use kakaopay::types::{ApiVersion, Currency, Money, Reference, RefundAmount, SecretKey};
use kakaopay::{Checkout, Merchant, PaymentEvent};
use kakaopay_sandbox::{Sandbox, WebhookSchedule};
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::{Shop, browser};
use kakaopay_transport::Client;
use kakaopay_types::endpoint::MarkChargeAsPaid;

fn money(minor_units: i64) -> Money {
    Money::new(minor_units, Currency::SGD)
}

fn refund(charge: kakaopay::types::ChargeId, amount: i64) -> CreateRefund {
    let amount = RefundAmount::new(amount).expect("more than nothing");
    CreateRefund::new(charge, amount, Reference::parse("by-hand").expect("a reference"))
}

/// A shop whose charge was paid and refunded by staff before any webhook came.
async fn shop(amount: i64, void: Option<bool>) -> Shop {
    let shop = Shop::builder().open().await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    let page = shop.check_out(Shop::order()).await;
    browser::decide(&page, "outcome=successful").await;
    let charge = shop.status().await.charge().expect("a charge").clone();
    let client = Client::builder(shop.sandbox.service(), shop.sandbox.secret_key().clone()).build();
    client.send(refund(charge, amount).void(void)).await.expect("made");
    shop
}

/// The keys of the notifications, without the alerts.
fn keys(notifications: &Notifications) -> Vec<String> {
    let keys = notifications.events().into_iter().map(|(key, _)| key);
    keys.filter(|key| !key.contains("/alert/")).collect()
}

#[tokio::test]
async fn f49_i4_an_order_refunded_in_full_is_not_notified_as_paid() {
    for void in [None, Some(true)] {
        let shop = shop(150_000, void).await;
        let status = shop.merchant.buyer_returned(&Shop::reference()).await.expect("read");
        assert!(!status.is_paid() && status.is_paid_and_refunded() && status.state.is_final());
        shop.settle_down().await;
        // What comes later changes nothing.
        shop.sandbox.clock().advance_seconds(86_400);
        shop.settle_down().await;
        let keys = keys(&shop.notifications);
        assert_eq!(keys[0], "order-345678/paid_and_refunded", "{void:?}");
        // The refund that was not requested here follows.
        assert!(keys.len() == 2 && keys[1].starts_with("order-345678/refunded_elsewhere/"), "{keys:?}");
        let events = shop.notifications.events();
        let event = events.iter().find_map(|(_, event)| match event {
            PaymentEvent::PaidAndRefunded { amount, refunded, .. } => Some((*amount, *refunded)),
            _ => None,
        });
        assert_eq!(event, Some((money(150_000), money(150_000))));
        let checkout = shop.merchant.checkout(Shop::order()).await.expect("a checkout");
        assert!(matches!(checkout, Checkout::Finished(status) if !status.is_paid()));
        assert_eq!(shop.charges(), 1);
    }
}

#[tokio::test]
async fn f49_a_part_that_went_back_first_is_in_the_notification() {
    let shop = shop(50_000, None).await;
    let status = shop.merchant.buyer_returned(&Shop::reference()).await.expect("read");
    assert!(status.is_paid() && !status.is_paid_and_refunded());
    shop.settle_down().await;
    let keys = keys(&shop.notifications);
    assert_eq!(keys[0], "order-345678/paid");
    assert!(keys.len() == 2 && keys[1].starts_with("order-345678/refunded_elsewhere/"), "{keys:?}");
    let events = shop.notifications.events();
    let paid = events.iter().find_map(|(_, event)| match event {
        PaymentEvent::Paid(paid) => Some((paid.amount, paid.refunded)),
        _ => None,
    });
    assert_eq!(paid, Some((money(150_000), money(50_000))));
}

#[tokio::test]
async fn f49_what_goes_back_after_the_payment_was_read_follows_paid() {
    let shop = Shop::builder().open().await;
    let page = shop.check_out(Shop::order()).await;
    browser::decide(&page, "outcome=successful").await;
    shop.wait_for_webhook().await;
    let charge = shop.status().await.charge().expect("a charge").clone();
    let client = Client::builder(shop.sandbox.service(), shop.sandbox.secret_key().clone()).build();
    client.send(refund(charge, 150_000)).await.expect("made");
    shop.merchant.refresh(&Shop::reference()).await.expect("read");
    shop.settle_down().await;
    let keys: Vec<_> = shop.notifications.events().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys[0], "order-345678/paid");
    assert!(keys[1].starts_with("order-345678/refunded_elsewhere/"), "{keys:?}");
    assert!(shop.status().await.is_paid());
}

/// The versions name the refunded amount differently.
#[tokio::test]
async fn f49_i4_each_api_version_shows_that_the_money_is_back() {
    for version in ApiVersion::ALL {
        let sandbox = Sandbox::builder().seed(1).api_version(version).build();
        let clock = sandbox.clock().clone();
        let client: Client<SecretKey> =
            Client::builder(sandbox.service(), sandbox.secret_key().clone()).api_version(version).build();
        let merchant =
            Merchant::builder(client.clone(), MemoryStore::new()).clock(move || clock.now()).build();
        merchant.checkout(Shop::order()).await.expect("a checkout");
        let status = merchant.status(&Shop::reference()).await.expect("read").expect("a payment");
        let charge = status.charge().expect("a charge").clone();
        client.send(MarkChargeAsPaid::new(charge.clone())).await.expect("paid");
        client.send(refund(charge, 150_000)).await.expect("made");
        let status = merchant.buyer_returned(&Shop::reference()).await.expect("read");
        assert!(status.is_paid_and_refunded(), "{version:?}: {status:?}");
        let notifications = Notifications::default();
        merchant.run_once(&notifications).await.expect("worked");
        let keys = keys(&notifications);
        assert_eq!(keys[0], "order-345678/paid_and_refunded", "{version:?}");
        assert!(keys[1..].iter().all(|key| key.starts_with("order-345678/refunded_elsewhere/")), "{keys:?}");
    }
}
