//! F51: requests that a restored store has as unsent, or does not know.

use kakaopay::store::{Setting, Store, restore};
use kakaopay::types::endpoint::ListCharges;
use kakaopay::types::{Reference, RefundAmount};
use kakaopay::{Checkout, Merchant, RefundRequest};
use kakaopay_tests::Shop;
use kakaopay_tests::unsent::Unsent;
use kakaopay_tests::virtual_shop::opening;
use kakaopay_transport::Client;

use super::older_store::Place;

/// A backup of the moment in which a request was known to be unsent. It was sent afterwards, and its link handed out: the
/// restored store does not send it again, whether a person said that it is older or the process found out.
#[tokio::test]
async fn f51_i1_a_restored_store_does_not_send_what_it_has_as_unsent() {
    for is_marked in [true, false] {
        let place = Place::new();
        let client =
            Client::builder(Unsent::new(place.sandbox.service()), place.sandbox.secret_key().clone());
        let clock = place.sandbox.clock().clone();
        let merchant = Merchant::builder(client.build(), place.store.clone()).clock(move || clock.now());
        let merchant = merchant.jitter_seed(7).build();
        let checkout = merchant.checkout(Shop::order()).await.expect("a checkout");
        assert!(matches!(checkout, Checkout::InProgress), "{checkout:?}");
        let backup = place.store.backup();
        place.work(&merchant).await;
        let link = merchant.checkout(Shop::order()).await.expect("a checkout");
        assert!(matches!(link, Checkout::Redirect { .. }), "{link:?}");

        place.store.replace_with(&backup);
        if is_marked {
            restore(&place.store).await.expect("marked");
        }
        let restored = place.process(&place.store);
        place.work(&restored).await;
        assert_eq!(restored.checkout(Shop::order()).await.expect("a checkout"), link, "{is_marked}");
        assert_eq!(place.charges().await, 1, "{is_marked}");
        assert!(place.store.setting(Setting::Suspect).await.expect("read").is_some());
        place.pay().await;
        restored.refresh(&Shop::reference()).await.expect("read");
        place.work(&restored).await;
        assert_eq!(place.keys(), ["order-345678/paid"], "{is_marked}");
    }
}

/// The copy was made while the first attempt was looked for; the second was made afterwards, and its link handed out.
#[tokio::test]
async fn f51_i2_a_restored_store_takes_up_a_later_attempt() {
    let place = Place::new();
    place.sandbox.set_faults(vec!["drop-request@charges.create:nth=1".parse().expect("a rule")]);
    let merchant = place.process(&place.store);
    merchant.checkout(Shop::order()).await.expect("a checkout");
    place.work(&merchant).await;
    let backup = place.store.backup();
    for _ in 0..40 {
        place.sandbox.clock().advance_seconds(10);
        merchant.run_once(&place.notifications).await.expect("worked");
    }
    let link = merchant.checkout(Shop::order()).await.expect("a checkout");
    assert!(matches!(link, Checkout::Redirect { .. }), "{link:?}");
    place.store.replace_with(&backup);
    restore(&place.store).await.expect("marked");
    let restored = place.process(&place.store);
    place.work(&restored).await;
    assert_eq!(restored.checkout(Shop::order()).await.expect("a checkout"), link);
    place.pay().await;
    restored.refresh(&Shop::reference()).await.expect("read");
    place.work(&restored).await;
    assert_eq!((place.keys(), place.charges().await), (vec!["order-345678/paid".to_owned()], 1));
}

/// I5: the lost journal may have sent the refund, and the service may still make it: the restored store looks for it for as
/// long as that can take, also after it was found to lack nothing.
#[tokio::test]
async fn f51_i5_a_restored_store_looks_for_a_refund_before_it_sends_it() {
    for is_reconciled in [false, true] {
        let place = Place::new();
        let merchant = place.process(&place.store);
        merchant.checkout(Shop::order()).await.expect("a checkout");
        place.pay().await;
        merchant.refresh(&Shop::reference()).await.expect("read");
        place.work(&merchant).await;
        let backup = place.store.backup();
        place.store.replace_with(&backup);
        restore(&place.store).await.expect("marked");
        let restored = place.process(&place.store);
        if is_reconciled {
            // As a reconciliation leaves it.
            let why = place.store.setting(Setting::Suspect).await.expect("read");
            let until = place.sandbox.clock().now().to_string();
            for (setting, before, after) in
                [(Setting::Suspect, why.as_deref(), None), (Setting::SuspectUntil, None, Some(&*until))]
            {
                assert!(place.store.change_setting(setting, before, after).await.expect("changed"));
            }
        }
        let name = Reference::parse("refund-1").expect("a reference");
        let request = RefundRequest::new(name, RefundAmount::new(1_000).expect("an amount"));
        let made = async || {
            let charges = place.client().send(ListCharges::new()).await.expect("a list").data.items;
            charges[0].refunded().minor_units()
        };
        for minute in 0..14 {
            let refund = restored.refund(&Shop::reference(), request.clone()).await.expect("a refund");
            for _ in 0..4 {
                place.sandbox.clock().advance_seconds(15);
                restored.run_once(&place.notifications).await.expect("worked");
            }
            if minute < 9 {
                assert_eq!((refund.state.name(), made().await), ("searching", 0), "{minute}");
            }
        }
        assert_eq!(made().await, 1_000, "{is_reconciled}");
        assert_eq!(place.keys(), ["order-345678/paid", "order-345678/refund/refund-1"]);
    }
}

/// I2: the orphan was adopted, and a copy from before the adoption was restored: it knows the charge and lacks the payment.
/// The merchant hears of it again when it is paid.
#[tokio::test]
async fn f51_i2_an_orphan_whose_adoption_was_lost_is_notified_when_it_is_paid() {
    let place = Place::new();
    let backup = place.store.backup();
    place.process(&place.store).checkout(Shop::order()).await.expect("a checkout");
    place.store.replace_with(&backup);
    let merchant = place.process(&place.store);
    merchant.reconcile(opening()).await.expect("reconciled");
    place.work(&merchant).await;
    let backup = place.store.backup();
    merchant.adopt(Shop::order()).await.expect("adopted");
    place.store.replace_with(&backup);
    let restored = place.process(&place.store);
    for is_paid in [false, true, true] {
        if is_paid && place.keys().len() == 1 {
            place.pay().await;
        }
        restored.reconcile(opening()).await.expect("reconciled");
        place.work(&restored).await;
        assert_eq!(place.keys().len(), 1 + usize::from(is_paid), "{:?}", place.keys());
    }
    assert!(place.keys()[1].ends_with("/paid"), "{:?}", place.keys());
    restored.adopt(Shop::order()).await.expect("adopted");
    place.work(&restored).await;
    assert_eq!(place.keys().last().map(String::as_str), Some("order-345678/paid"));
    assert_eq!(place.charges().await, 1);
}
