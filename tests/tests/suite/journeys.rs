//! One payment from end to end, over loopback HTTP: each outcome, each way, each mishap.

use kakaopay::store::Backlog;
use kakaopay::types::{Currency, FailureCode, Money, SecretKey, SourceId};
use kakaopay::webhook::{MAX_BODY, Signer, WebhookSecret};
use kakaopay::{Checkout, Error, PaymentEvent, State};
use kakaopay_sandbox::WebhookSchedule;
use kakaopay_tests::hold::Hold;
use kakaopay_tests::known_account::KnownAccount;
use kakaopay_tests::{Shop, browser, eventually};
use kakaopay_transport::HyperTransport;
use kakaopay_transport::layer::RetryPolicy;
use kakaopay_transport::testing::LoseResponse;

use crate::next_return::next_return;

/// The handler was notified once, of the paid order.
#[track_caller]
fn assert_paid(shop: &Shop) {
    let events = shop.notifications.events();
    assert_eq!(events.len(), 1, "{events:?}");
    let (key, PaymentEvent::Paid(paid)) = &events[0] else { panic!("not settled: {events:?}") };
    assert_eq!(key, "order-345678/paid");
    let expected = (Money::new(150_000, Currency::SGD), "order-345678");
    assert_eq!((paid.amount, paid.reference.as_str()), expected);
}

/// A shop that loses responses, and the transport that counts them.
async fn losing(
    lose: impl FnOnce(HyperTransport) -> LoseResponse<HyperTransport>,
) -> (Shop, LoseResponse<HyperTransport>) {
    let mut counted = None;
    let shop = Shop::builder().open_over(|wire| KnownAccount::new(counted.insert(lose(wire)).clone())).await;
    (shop, counted.expect("a transport"))
}

async fn journey(two_calls: bool, webhook: bool, form: Option<&str>) -> Shop {
    let shop = Shop::builder().open().await;
    shop.sandbox.set_webhook_schedule(if webhook { WebhookSchedule::ON } else { WebhookSchedule::LOST });
    let order = if two_calls { Shop::order().with_separate_source() } else { Shop::order() };
    let page = shop.check_out(order).await;
    match form {
        Some(form) => browser::decide(&page, form).await,
        None => shop.sandbox.clock().advance_seconds(7 * 86_400 + 61),
    }
    // With webhooks the clock stands still, so that nothing but a webhook can end the payment.
    if webhook && form.is_some() {
        shop.wait_for_webhook().await;
        assert!(shop.deliveries().await > 0);
    } else {
        shop.wait_until_notified().await;
    }
    if !webhook {
        assert_eq!(shop.deliveries().await, 0);
    }
    // Later evidence changes nothing.
    let state = shop.status().await.state;
    shop.sandbox.clock().advance_seconds(30 * 86_400);
    shop.settle_down().await;
    assert_eq!(shop.status().await.state, state);
    assert_eq!((shop.notifications.events().len(), shop.charges()), (1, 1));
    // Nothing waits: no webhook, no notification, and no deadline of the ended payment.
    assert_eq!(shop.merchant.backlog().await.expect("read"), Backlog::default());
    shop
}

#[tokio::test]
async fn an_order_is_paid_once_each_way() {
    for (two_calls, webhook) in [(true, true), (true, false), (false, true), (false, false)] {
        let shop = journey(two_calls, webhook, Some("outcome=successful")).await;
        assert_paid(&shop);
        assert!(shop.status().await.is_paid());
    }
}

#[tokio::test]
async fn a_payment_fails_with_each_code_each_way() {
    for (index, code) in FailureCode::KNOWN.iter().enumerate() {
        let form = format!("outcome=failed&failure_code={code}");
        let shop = journey(index % 2 == 0, index % 3 != 0, Some(&form)).await;
        let (key, event) = shop.notifications.events().remove(0);
        assert_eq!(key, "order-345678/1/failed");
        let PaymentEvent::Failed { failure_code, failure_message, .. } = event else { panic!("{event:?}") };
        assert_eq!(failure_code.as_ref(), Some(code));
        assert!(failure_message.is_some());
        assert_eq!(shop.status().await.failure().map(|(code, _)| code), Some(code));
    }
}

#[tokio::test]
async fn a_payment_expires_each_way() {
    for webhook in [true, false] {
        let shop = journey(true, webhook, None).await;
        let (key, event) = shop.notifications.events().remove(0);
        assert_eq!(key, "order-345678/1/expired");
        assert!(matches!(event, PaymentEvent::Expired { .. }), "{event:?}");
    }
}

#[tokio::test]
async fn i3_f01_a_duplicated_webhook_notifies_once() {
    let shop = Shop::builder().open().await;
    let page = shop.check_out(Shop::order()).await;
    browser::decide(&page, "outcome=successful").await;
    shop.wait_for_webhook().await;
    for _ in 0..3 {
        for (event, _) in shop.sandbox.events() {
            assert!(shop.sandbox.resend(&event));
        }
        shop.settle_down().await;
    }
    // All of them arrive and are acknowledged: two events, four times each.
    let all = async || {
        shop.settle_down().await;
        shop.deliveries().await == 8
    };
    eventually("all copies are acknowledged", all).await;
    shop.settle_down().await;
    assert_paid(&shop);
}

#[tokio::test]
async fn the_webhook_may_be_faster_than_the_response() {
    let (release, released) = tokio::sync::watch::channel(false);
    let shop = Shop::builder().open_over(|wire| Hold::new(wire, released)).await;
    let merchant = shop.merchant.clone();
    let checkout = tokio::spawn(async move { merchant.checkout(Shop::order()).await });
    // The service has created the charge, and its answer is on the way.
    eventually("a charge", async || !shop.sandbox.events().is_empty()).await;
    assert!(matches!(shop.status().await.state, State::Creating(_)));
    // It is paid, by whatever way, and the webhook of that comes first.
    pay_by_api(&shop).await;
    shop.settle_down().await;
    assert_paid(&shop);
    release.send_replace(true);
    let checkout = checkout.await.expect("no panic").expect("a checkout");
    assert!(matches!(checkout, Checkout::Finished(status) if status.is_paid()));
    shop.settle_down().await;
    assert_paid(&shop);
    assert_eq!(shop.charges(), 1);
}

/// Marks the only charge as paid, through the API and not through the shop.
async fn pay_by_api(shop: &Shop) {
    use kakaopay::types::endpoint::{ListCharges, MarkChargeAsPaid};
    use kakaopay_transport::Client;

    let client = Client::builder(shop.sandbox.service(), shop.sandbox.secret_key().clone()).build();
    let list = client.send(ListCharges::default()).await.expect("a list");
    let id = list.data.items[0].id.clone();
    client.send(MarkChargeAsPaid::new(id)).await.expect("paid");
}

#[tokio::test]
async fn f10_after_a_lost_response_no_charge_is_created_twice() {
    let (shop, lose) = losing(|wire| LoseResponse::new(wire, 1).only(http::Method::POST)).await;
    let page = shop.check_out(Shop::order()).await;
    assert_eq!((shop.charges(), lose.remaining()), (1, 0));
    browser::decide(&page, "outcome=successful").await;
    shop.wait_until_notified().await;
    assert_paid(&shop);
}

#[tokio::test]
async fn i1_the_same_reference_is_the_same_payment() {
    let shop = Shop::builder().open().await;
    let page = shop.check_out(Shop::order()).await;
    assert_eq!(shop.check_out(Shop::order().with_separate_source()).await, page);
    assert_eq!(shop.charges(), 1);

    let other = kakaopay::types::PaymentAmount::new(kakaopay::types::Money::new(
        150_001,
        kakaopay::types::Currency::SGD,
    ));
    let uri = kakaopay::types::ReturnUri::parse("https://example.com").expect("an address");
    let order = kakaopay::Order::new(Shop::reference(), other.expect("an amount"), uri);
    let error = shop.merchant.checkout(order).await.expect_err("another order");
    assert!(matches!(error, Error::ReferenceConflict { .. }), "{error}");
    browser::decide(&page, "outcome=successful").await;
    shop.settle_down().await;
    let checkout = shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    assert!(matches!(checkout, Checkout::Finished(status) if status.is_paid()));
}

#[tokio::test]
async fn f11_a_restarted_shop_goes_on() {
    let shop = Shop::builder().open().await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    let page = shop.check_out(Shop::order()).await;
    let shop = shop.restarted();
    assert_eq!(shop.check_out(Shop::order()).await, page);
    browser::decide(&page, "outcome=successful").await;
    let shop = shop.restarted();
    shop.wait_until_notified().await;
    assert_paid(&shop);
    let shop = shop.restarted();
    shop.settle_down().await;
    assert_paid(&shop);
}

#[tokio::test]
async fn what_the_service_refuses_ends_the_payment() {
    let shop = Shop::builder().open().await;
    let unknown = SourceId::parse("src_test_5w4415ken4foy3yfgk4").expect("an id");
    let checkout = shop.merchant.checkout(Shop::order().with_source(unknown)).await.expect("a checkout");
    let Checkout::Finished(status) = checkout else { panic!("{checkout:?}") };
    assert!(matches!(&status.state, State::Refused { .. }), "{status:?}");
    assert_eq!(shop.charges(), 0);
    shop.settle_down().await;
    assert_eq!(shop.notifications.events()[0].0, "order-345678/1/refused");
}

#[tokio::test]
async fn a_wrong_key_ends_no_payment_and_raises_an_alert() {
    let key = || SecretKey::parse("skey_test_wrong").expect("a key");
    let shop = Shop::builder().secret_key(key()).open().await;
    let error = shop.merchant.checkout(Shop::order()).await.expect_err("the account is not known");
    assert!(matches!(error, Error::AccountUnknown(_)), "{error}");
    assert_eq!((shop.merchant.status(&Shop::reference()).await.expect("read"), shop.charges()), (None, 0));
    // The key is revoked after the account is known.
    let shop = Shop::builder().secret_key(key()).open_over(KnownAccount::new).await;
    let checkout = shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    assert!(matches!(checkout, Checkout::InProgress), "{checkout:?}");
    shop.settle_down().await;
    let events = shop.notifications.events();
    assert_eq!(events[0].0, "order-345678/alert/key_refused/authentication_failure");
    assert_eq!((events.len(), shop.charges()), (1, 0));
}

#[tokio::test]
async fn the_return_makes_the_charge_be_read() {
    let shop = Shop::builder().open().await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    let page = shop.check_out(Shop::order()).await;
    let pending = shop.merchant.buyer_returned(&Shop::reference()).await.expect("read");
    assert!(!pending.is_paid() && !pending.state.is_final());
    browser::decide(&page, "outcome=successful").await;
    next_return().await;
    assert!(shop.merchant.buyer_returned(&Shop::reference()).await.expect("read").is_paid());
    shop.settle_down().await;
    assert_paid(&shop);
    let unknown = kakaopay::types::Reference::parse("order-1").expect("a reference");
    assert!(matches!(shop.merchant.buyer_returned(&unknown).await, Err(Error::NotFound(_))));
}

#[tokio::test]
async fn f05_f06_f31_a_bad_webhook_is_refused_and_changes_nothing() {
    let shop = Shop::builder().open().await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    shop.check_out(Shop::order()).await;
    let before = shop.status().await;
    let charge = before.charge().expect("a charge").clone();
    let body = format!(
        r#"{{"object":"event","id":"evnt_test_forged","key":"charge.complete","data":{{"object":"charge","id":"{charge}","status":"successful","paid":true}}}}"#
    );
    let now = shop.sandbox.clock().now();
    let good = Signer::new([shop.sandbox.webhook_secret().clone()]);
    let forged = Signer::new([WebhookSecret::from_bytes(*b"not the secret").expect("a secret")]);
    let stale = good.sign(now.saturating_add_seconds(-301), body.as_bytes());
    let large = " ".repeat(MAX_BODY + 1);
    for (signed, body, expected) in [
        (Some(forged.sign(now, body.as_bytes())), body.clone(), 401),
        (None, body.clone(), 401),
        (Some(stale), body.clone(), 401),
        (Some(good.sign(now, b"another body")), body.clone(), 401),
        (Some(good.sign(now, large.as_bytes())), large, 413),
    ] {
        let mut request = http::Request::post(&shop.webhook_url).header("content-type", "application/json");
        if let Some(signed) = signed {
            request = request
                .header("omise-signature", signed.signature)
                .header("omise-signature-timestamp", signed.timestamp);
        }
        let request = request.body(http_body_util::Full::from(body)).expect("a request");
        assert_eq!(browser::send(request).await.0, expected);
        let worked = shop.merchant.run_once(&shop.notifications).await.expect("worked");
        assert_eq!(worked.webhooks, 0);
        assert_eq!(shop.status().await, before);
    }
}

#[tokio::test]
async fn f41_a_webhook_whose_read_failed_comes_back() {
    // As often as the client tries.
    let attempts = usize::try_from(RetryPolicy::default().attempts).expect("few");
    let (shop, lose) = losing(|wire| LoseResponse::new(wire, attempts).only(http::Method::GET)).await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    let page = shop.check_out(Shop::order()).await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::ON);
    browser::decide(&page, "outcome=successful").await;
    // The reading that the webhook leads to is lost.
    let work = async || shop.merchant.run_once(&shop.notifications).await.expect("worked").webhooks;
    let mut seen = 0;
    let is_processed = async || {
        shop.sandbox.deliver_pending(&kakaopay_sandbox_server::HttpPoster::new()).await;
        seen += work().await;
        seen == 1
    };
    eventually("the webhook is processed", is_processed).await;
    assert_eq!(lose.remaining(), 0);
    assert!(!shop.status().await.is_paid());
    // It stays with the worker that claimed it until its lease expires.
    shop.sandbox.clock().advance_seconds(119);
    assert_eq!(work().await, 0);
    shop.sandbox.clock().advance_seconds(1);
    assert_eq!(work().await, 1);
    shop.settle_down().await;
    assert_paid(&shop);
    // What was looked into never comes back.
    shop.sandbox.clock().advance_seconds(1_000);
    assert_eq!(work().await, 0);
}

#[tokio::test]
async fn i4_a_test_payment_is_none_of_a_live_shop() {
    use kakaopay::Merchant;
    use kakaopay::types::Reference;
    use kakaopay_store_sqlite::SqliteStore;
    use kakaopay_transport::Client;
    use kakaopay_transport::testing::Scripted;

    let shop = Shop::builder().open().await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    let page = shop.check_out(Shop::order()).await;
    browser::decide(&page, "outcome=successful").await;
    shop.wait_until_notified().await;
    assert!(!shop.status().await.mode.is_live());

    // The same store under a live key, whose service must not even be asked.
    let live = Client::new(Scripted::new(), SecretKey::parse("skey_live").expect("a key"));
    let store = SqliteStore::open(&shop.store_path).expect("the store");
    let live = Merchant::builder(live, store).build();
    let reference: Reference = Shop::reference();
    for error in [
        live.checkout(Shop::order()).await.expect_err("of test mode"),
        live.buyer_returned(&reference).await.expect_err("of test mode"),
        live.run_once(&shop.notifications).await.expect_err("of test mode"),
        live.reconcile(shop.sandbox.clock().now()).await.expect_err("of test mode"),
    ] {
        assert!(matches!(error, Error::StoreModeMismatch { .. }), "{error}");
    }
    let error = live.status(&reference).await.expect_err("of test mode");
    assert!(matches!(error, Error::ModeMismatch { .. }), "{error}");
}
