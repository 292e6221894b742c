//! The hourly and the daily reconciliation, and the end of a process.

use std::time::Duration;

use kakaopay::store::{MemoryStore, Setting, Store};
use kakaopay::types::endpoint::{CreateRefund, ListCharges, MarkChargeAsPaid};
use kakaopay::types::{Reference, RefundAmount, StoreId, Timestamp};
use kakaopay::{Checkout, Merchant, State};
use kakaopay_sandbox::WebhookSchedule;
use kakaopay_store_sqlite::SqliteStore;
use kakaopay_tests::hold::Hold;
use kakaopay_tests::known_account::KnownAccount;
use kakaopay_tests::unsent::Unsent;
use kakaopay_tests::{Shop, browser, eventually};
use kakaopay_transport::Client;
use kakaopay_types::SecretKey;
use tokio::sync::watch;

fn client(shop: &Shop) -> Client<SecretKey> {
    Client::builder(shop.sandbox.service(), shop.sandbox.secret_key().clone()).build()
}

fn an_hour_ago(shop: &Shop) -> Timestamp {
    shop.sandbox.clock().now().saturating_add_seconds(-3_600)
}

/// F03, I2: without webhook, return and deadline, reconciliation finds a paid charge.
#[tokio::test]
async fn f03_i2_reconciliation_finds_a_charge_without_webhook() {
    let shop = Shop::builder().open().await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    let page = shop.check_out(Shop::order()).await;
    browser::decide(&page, "outcome=successful").await;
    let report = shop.merchant.reconcile(an_hour_ago(&shop)).await.expect("reconciled");
    assert!(report.complete, "{report:?}");
    assert_eq!((report.charges, report.payments_updated, report.events, report.missed_events), (1, 1, 2, 2));
    assert!(shop.status().await.is_paid());
    shop.settle_down().await;
    assert_eq!(shop.notifications.events()[0].0, "order-345678/paid");
    // A second one finds nothing new.
    let report = shop.merchant.reconcile(an_hour_ago(&shop)).await.expect("reconciled");
    assert_eq!((report.charges, report.payments_updated, report.events, report.missed_events), (1, 0, 2, 0));
    shop.settle_down().await;
    assert_eq!(shop.notifications.events().len(), 1);
}

/// A webhook that has come makes its event no news; one that was lost is put in its place.
#[tokio::test]
async fn f03_reconciliation_inserts_lost_webhooks() {
    let shop = Shop::builder().open().await;
    let page = shop.check_out(Shop::order()).await;
    browser::decide(&page, "outcome=successful").await;
    shop.wait_for_webhook().await;
    let both = async || {
        shop.settle_down().await;
        shop.deliveries().await >= 2
    };
    eventually("both webhooks are delivered", both).await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    let refund = CreateRefund::new(
        shop.status().await.charge().expect("a charge").clone(),
        RefundAmount::new(1_000).expect("an amount"),
        Reference::parse("by-hand").expect("a reference"),
    );
    client(&shop).send(refund).await.expect("made");
    let report = shop.merchant.reconcile(an_hour_ago(&shop)).await.expect("reconciled");
    // The webhook of the creation is left out if it came after the response.
    assert_eq!(report.events, 3);
    assert!((1..=2).contains(&report.missed_events), "{report:?}");
    shop.settle_down().await;
    let keys: Vec<_> = shop.notifications.events().into_iter().map(|(key, _)| key).collect();
    assert!(keys[1].starts_with("order-345678/refunded_elsewhere/"), "{keys:?}");
}

/// An empty store reports the order as orphaned; charges before the moment are ignored.
#[tokio::test]
async fn reconciliation_counts_orphaned_charges() {
    let shop = Shop::builder().open().await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    shop.check_out(Shop::order()).await;
    let clock = shop.sandbox.clock().clone();
    // A copy of the shop's store from before the order.
    let id = SqliteStore::open(&shop.store_path).expect("the store").setting(Setting::StoreId).await;
    let id = StoreId::parse(&id.expect("read").expect("an id")).expect("valid");
    let store = MemoryStore::with_id(&id);
    let merchant = Merchant::builder(client(&shop), store).clock(move || clock.now()).build();
    let report = merchant.reconcile(an_hour_ago(&shop)).await.expect("reconciled");
    assert_eq!(
        (report.charges, report.orphaned_charges, report.payments_updated, report.complete),
        (1, 1, 0, true)
    );
    assert_eq!(merchant.status(&Shop::reference()).await.expect("read"), None);
    shop.sandbox.clock().advance_seconds(7_200);
    let report = merchant.reconcile(an_hour_ago(&shop)).await.expect("reconciled");
    assert_eq!((report.charges, report.events, report.complete), (0, 0, true));
}

/// F41: an incomplete reconciliation is repeated.
#[tokio::test]
async fn f41_an_incomplete_reconciliation_is_not_done() {
    let shop = Shop::builder().open().await;
    let never = kakaopay_transport::testing::Never;
    let key = shop.sandbox.secret_key().clone();
    let client = Client::builder(KnownAccount::new(never), key).timeout(Duration::from_millis(1)).build();
    let merchant = Merchant::builder(client, MemoryStore::new()).build();
    let report = merchant.reconcile(an_hour_ago(&shop)).await.expect("reconciled");
    assert_eq!((report.complete, report.failures), (false, 1));
}

/// `run` reconciles by itself, one process for all, and then not before the hour is over.
#[tokio::test]
async fn f03_i8_run_reconciles_once_for_all_processes() {
    let shop = Shop::builder().open().await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    let page = shop.check_out(Shop::order()).await;
    browser::decide(&page, "outcome=successful").await;
    // Its clock stands still, so that no deadline comes and nothing but the reconciliation can find it.
    let paid = async {
        let notified = async || shop.status().await.is_paid() && !shop.notifications.events().is_empty();
        eventually("the order is paid, and the handler notified", notified).await;
    };
    let both = async {
        tokio::join!(
            shop.merchant.run(shop.notifications.clone(), paid),
            shop.merchant.run(shop.notifications.clone(), std::future::ready(()))
        );
    };
    tokio::time::timeout(Duration::from_secs(30), both).await.expect("reconciled");
    assert_eq!(shop.notifications.events().len(), 1);
}

/// F44, I10: a shutdown waits for the response to a mutation, and stores it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f44_i10_shutdown_waits_for_mutations() {
    let (release, released) = watch::channel(false);
    let shop = Shop::builder().open_over(|wire| Unsent::new(Hold::new(wire, released))).await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    // What the checkout sends never leaves, so that it is `run` that sends it when the deadline comes.
    let checkout = shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    assert!(matches!(checkout, Checkout::InProgress));
    shop.sandbox.clock().advance_seconds(60);
    let (stop, mut stopped) = watch::channel(false);
    let (merchant, told) = (shop.merchant.clone(), shop.notifications.clone());
    let running = tokio::spawn(async move {
        merchant.run(told, async move { drop(stopped.wait_for(|stopped| *stopped).await) }).await;
    });
    eventually("a charge", async || shop.charges() > 0).await;
    stop.send_replace(true);
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    // The reconciliation at the start of `run` may have found the charge already, so that the state says nothing.
    assert!(!running.is_finished());
    release.send_replace(true);
    running.await.expect("it ends");
    assert!(matches!(shop.status().await.state, State::Pending(_)));
    assert_eq!(shop.charges(), 1);
}

/// F11: the response to a mutation is stored even if its caller has gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f11_a_buyer_who_leaves_loses_no_response() {
    let (release, released) = watch::channel(false);
    let shop = Shop::builder().open_over(|wire| Hold::new(wire, released)).await;
    shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
    let merchant = shop.merchant.clone();
    let checkout = tokio::spawn(async move { merchant.checkout(Shop::order()).await });
    eventually("a charge", async || shop.charges() > 0).await;
    checkout.abort();
    assert!(checkout.await.is_err_and(|error| error.is_cancelled()));
    assert!(matches!(shop.status().await.state, State::Creating(_)));
    release.send_replace(true);
    eventually("the charge is stored", async || matches!(shop.status().await.state, State::Pending(_))).await;
    let charge = client(&shop).send(ListCharges::default()).await.expect("a list").data.items[0].id.clone();
    client(&shop).send(MarkChargeAsPaid::new(charge)).await.expect("paid");
    let shop = shop.restarted();
    shop.wait_until_notified().await;
    assert_eq!(shop.notifications.events()[0].0, "order-345678/paid");
    assert_eq!(shop.charges(), 1);
}
