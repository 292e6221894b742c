//! A payment whose service loses, spoils and refuses requests: the sandbox's faults under a whole shop.

use std::time::Duration;

use kakaopay::{Checkout, PaymentEvent};
use kakaopay_sandbox::FaultRule;
use kakaopay_sandbox_server::HttpPoster;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::{VirtualShop, virtual_store, within};
use kakaopay_tests::{Shop, browser, eventually};

/// Seconds that a shop is watched for a notification that must not come: many polls, by the schedule.
const WATCHED: i64 = 600;

#[track_caller]
fn rule(text: &str) -> FaultRule {
    text.parse().expect(text)
}

/// F10, F22, I2, I3: an answer to the creation that is lost or cannot be read is no reason to ask for a second
/// charge. The one there is, is found, paid and settled.
#[tokio::test]
async fn f10_f22_a_charge_whose_response_was_lost_or_spoilt_is_found() {
    for fault in ["drop-response", "truncated", "empty"] {
        let shop = Shop::builder().open().await;
        shop.sandbox.set_faults(vec![rule(&format!("{fault}@charges.create:nth=1"))]);
        let page = page(&shop).await;
        browser::decide(&page, "outcome=successful").await;
        shop.wait_until_notified().await;
        assert_paid(&shop, fault).await;
        assert_eq!((shop.charges(), shop.sandbox.triggered_fault_count()), (1, 1), "{fault}");
    }
}

/// F21, F22, I8: a request that was not carried out, or whose outcome is unknown, delays a payment and does not
/// end it. `Retry-After` may hold nonsense.
#[tokio::test(start_paused = true)]
async fn f21_f22_a_service_that_refuses_for_a_while_delays_a_payment() {
    for fault in [
        "drop-request",
        "status=500",
        "status=503",
        "html",
        "429",
        "429=0",
        "429=-1",
        "429=1000000000",
        "429=soon",
        "429=Thu, 01 Jan 1970 00%3A00%3A00 GMT",
    ] {
        let shop = VirtualShop::open(virtual_store());
        let notifications = Notifications::default();
        shop.merchant.checkout(Shop::order()).await.expect("a checkout");
        shop.sandbox.set_faults(vec![rule(&format!("{fault}@charges.retrieve:times=3"))]);
        shop.pay().await;
        let is_notified = async || {
            shop.merchant.run_once(&notifications).await.expect("work");
            !notifications.events().is_empty()
        };
        within(Duration::from_secs(600), fault, is_notified).await;
        assert_eq!(shop.sandbox.triggered_fault_count(), 3, "{fault}");
        let events = notifications.events();
        assert!(matches!(&*events, [(_, PaymentEvent::Paid(_))]), "{fault}: {events:?}");
    }
}

/// F22, F27, I4: neither an unreadable charge nor an unknown status is a payment. When the service has
/// recovered, the payment is paid.
#[tokio::test]
async fn f22_f27_i4_a_charge_that_cannot_be_read_is_not_paid() {
    for fault in ["unknown-status", "truncated", "empty", "html", "status=502", "drop-response"] {
        let shop = Shop::builder().open().await;
        let page = shop.check_out(Shop::order()).await;
        shop.sandbox.set_faults(vec![
            rule(&format!("{fault}@charges.retrieve")),
            rule(&format!("{fault}@charges.list")),
            rule(&format!("{fault}@search.charges")),
        ]);
        browser::decide(&page, "outcome=successful").await;
        for _ in 0..WATCHED / 10 {
            shop.settle_down().await;
            shop.sandbox.clock().advance_seconds(10);
        }
        assert!(shop.notifications.events().is_empty(), "{fault}: {:?}", shop.notifications.events());
        assert!(!shop.status().await.state.is_final(), "{fault}");
        assert!(shop.sandbox.triggered_fault_count() > 0, "{fault}");
        shop.sandbox.set_faults(Vec::new());
        for _ in 0..30 {
            shop.sandbox.clock().advance_seconds(60);
            shop.settle_down().await;
        }
        assert_paid(&shop, fault).await;
    }
}

/// F27: unknown members are ignored.
#[tokio::test]
async fn f27_an_unknown_member_changes_nothing() {
    let shop = Shop::builder().open().await;
    shop.sandbox.set_faults(vec![rule("unknown-field")]);
    let page = shop.check_out(Shop::order()).await;
    browser::decide(&page, "outcome=successful").await;
    shop.wait_for_webhook().await;
    assert!(shop.sandbox.triggered_fault_count() >= 2);
    assert_paid(&shop, "unknown-field").await;
}

/// F28, I9: an endless list is read up to a limit, and a charge that it does not show is not taken for
/// absent: none is created a second time.
#[tokio::test]
async fn f28_a_list_that_goes_round_in_circles_leads_to_no_second_charge() {
    let shop = Shop::builder().open().await;
    // The store has been compared with the service before.
    let earlier = Shop::order_of(kakaopay::types::Reference::parse("earlier").expect("a reference"));
    shop.merchant.checkout(earlier).await.expect("a checkout");
    shop.sandbox.set_faults(vec![rule("drop-response@charges.create:nth=1"), rule("list-cycle")]);
    shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    for _ in 0..WATCHED / 10 {
        shop.settle_down().await;
        shop.sandbox.clock().advance_seconds(10);
    }
    assert_eq!(shop.charges(), 2);
    // The creation, and the list more than once.
    assert!(shop.sandbox.triggered_fault_count() > 2);
}

/// F01, F02, F03, F05, F06, I2, I3: a paid order is notified once, in whichever way webhooks arrive or get lost.
#[tokio::test]
async fn f01_f02_f03_f05_f06_i3_webhooks_in_any_way_notify_once() {
    // What is refused is counted: two events, by their signature or its age.
    for (plan, refused) in [
        ("lost", 0),
        ("duplicate=5", 0),
        ("reorder=2", 0),
        ("reorder=2,duplicate=3", 0),
        ("delay=20", 0),
        ("unsigned", 2),
        ("stale=240", 0),
        ("stale=301", 2),
        ("stale=301,duplicate=2", 4),
    ] {
        let shop = Shop::builder().open().await;
        shop.sandbox.set_webhook_schedule(plan.parse().expect(plan));
        let page = shop.check_out(Shop::order()).await;
        browser::decide(&page, "outcome=successful").await;
        shop.wait_until_notified().await;
        for _ in 0..6 {
            shop.sandbox.clock().advance_seconds(10);
            shop.settle_down().await;
        }
        let all_refused = async || {
            shop.settle_down().await;
            shop.merchant.metrics().signature_failures >= refused
        };
        eventually("the webhooks are refused", all_refused).await;
        assert_paid(&shop, plan).await;
        assert_eq!(shop.merchant.metrics().signature_failures, refused, "{plan}");
    }
}

/// A webhook that is delayed goes out when its time has come by the sandbox's clock, and not before.
#[tokio::test]
async fn a_delayed_webhook_waits_for_the_clock() {
    let shop = Shop::builder().open().await;
    shop.sandbox.set_webhook_schedule("delay=30".parse().expect("a plan"));
    shop.check_out(Shop::order()).await;
    shop.sandbox.clock().advance_seconds(29);
    assert_eq!(shop.sandbox.deliver_pending(&HttpPoster::new()).await, 0);
    shop.sandbox.clock().advance_seconds(1);
    assert_eq!((shop.sandbox.deliver_pending(&HttpPoster::new()).await, shop.deliveries().await), (1, 1));
}

/// The page of the order's payment, once it is known: at once, or after a look.
async fn page(shop: &Shop) -> String {
    for _ in 0..60 {
        if let Ok(Checkout::Redirect { authorize_uri, .. }) = shop.merchant.checkout(Shop::order()).await {
            return authorize_uri;
        }
        shop.sandbox.clock().advance_seconds(1);
        shop.settle_down().await;
    }
    panic!("no page");
}

async fn assert_paid(shop: &Shop, why: &str) {
    let events = shop.notifications.events();
    assert!(matches!(&*events, [(_, PaymentEvent::Paid(_))]), "{why}: {events:?}");
    assert!(shop.status().await.is_paid(), "{why}");
}
