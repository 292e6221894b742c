//! Charges of orders that the store has lost: found by their webhooks, and edited by staff.

use std::num::NonZeroU32;
use std::time::Duration;

use kakaopay::store::{MemoryStore, Store, restore};
use kakaopay::types::endpoint::{ChargeMetadata, ListCharges, MarkChargeAsFailed, UpdateCharge};
use kakaopay::types::{Charge, EventKey, Reference};
use kakaopay::{Checkout, Error, PaymentEvent};
use kakaopay_tests::Shop;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::{VirtualShop, opening, virtual_store, within};

use super::older_store::{Place, look_again};

/// Writes another order into the metadata of a charge.
async fn name(place: &Place, charge: &Charge, order: &str) {
    let number = charge.metadata.attempt().expect("an attempt").number();
    let order = Reference::parse(order).expect("a reference").attempt(number);
    let metadata = ChargeMetadata::new(order).store(charge.metadata.store().expect("a store"));
    let update = UpdateCharge::new(charge.id.clone()).metadata(metadata);
    place.client().send(update).await.expect("updated");
}

/// The newest charge.
async fn newest(place: &Place) -> Charge {
    let list = place.client().send(ListCharges::new()).await.expect("a list");
    list.data.items.last().expect("a charge").clone()
}

/// A process knows a charge that a fail-over has lost. The webhook of its creation is news then.
#[tokio::test(start_paused = true)]
async fn f51_i2_the_creation_of_a_lost_charge_is_looked_into() {
    let shop = VirtualShop::open(virtual_store());
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    // The first reconciliation is over.
    tokio::time::sleep(Duration::from_secs(100)).await;
    let backup: MemoryStore = shop.store.backup();
    shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    shop.store.replace_with(&backup);
    assert_eq!(shop.deliver(&EventKey::ChargeCreate).await, 200);
    let is_orphaned = async || {
        notifications.events().iter().any(|(_, event)| matches!(event, PaymentEvent::Orphaned { .. }))
    };
    within(Duration::from_secs(5), "the orphan is notified", is_orphaned).await;
    running.shut_down().await;
}

/// F58: staff wrote an unknown order into a lost charge, which was recorded for that one, and put the right order back.
/// Neither a new order nor one that is paid again is charged a second time.
#[tokio::test(start_paused = true)]
async fn f51_f58_i1_an_orphan_that_was_put_right_keeps_its_order_from_being_charged() {
    for has_failed in [false, true] {
        let place = Place::new();
        let first = NonZeroU32::MIN;
        let mut merchant = place.process(&place.store);
        if has_failed {
            merchant.checkout(Shop::order()).await.expect("a checkout");
            place.client().send(MarkChargeAsFailed::new(newest(&place).await.id)).await.expect("failed");
            merchant.refresh(&Shop::reference()).await.expect("read");
            place.work(&merchant).await;
        }
        let backup = place.store.backup();
        for is_lost in [false, true] {
            let charges = usize::from(has_failed) + 1;
            if is_lost {
                assert_eq!(place.charges().await, charges);
                let charge = newest(&place).await;
                place.store.replace_with(&backup);
                merchant = place.process(&place.store);
                name(&place, &charge, "another").await;
                merchant.reconcile(opening()).await.expect("reconciled");
                let another = Reference::parse("another").expect("a reference");
                assert_eq!(
                    place.store.charges_of(&another).await.expect("read"),
                    std::slice::from_ref(&charge.id)
                );
                name(&place, &charge, "order-345678").await;
                restore(&place.store).await.expect("marked");
                look_again().await;
            }
            let checkout = if has_failed {
                merchant.pay_again(Shop::order(), first).await.expect("a checkout")
            } else {
                merchant.checkout(Shop::order()).await.expect("a checkout")
            };
            assert_eq!(matches!(checkout, Checkout::InProgress), is_lost, "{has_failed} {checkout:?}");
            assert_eq!(place.charges().await, charges);
        }
        place.work(&merchant).await;
        let is_alert = |key: &String| key == "order-345678/alert/search_blocked/0";
        assert_eq!(place.keys().iter().any(is_alert), !has_failed, "{:?}", place.keys());
    }
}

/// An orphan whose metadata was replaced since is not taken for no charge at all.
#[tokio::test(start_paused = true)]
async fn f51_f58_i1_an_orphan_that_was_edited_keeps_its_order_from_being_charged() {
    let place = Place::new();
    let backup = place.store.backup();
    let link = place.process(&place.store).checkout(Shop::order()).await.expect("a checkout");
    place.store.replace_with(&backup);
    let merchant = place.process(&place.store);
    merchant.reconcile(opening()).await.expect("reconciled");
    let charge = newest(&place).await;
    name(&place, &charge, "another").await;
    let checkout = merchant.checkout(Shop::order()).await.expect("a checkout");
    assert!(matches!(checkout, Checkout::InProgress), "{checkout:?}");
    assert!(matches!(merchant.adopt(Shop::order()).await, Err(Error::MetadataReplaced { .. })));
    assert_eq!(place.charges().await, 1);
    name(&place, &charge, "order-345678").await;
    look_again().await;
    assert_eq!(merchant.checkout(Shop::order()).await.expect("a checkout"), link);
    assert_eq!(place.charges().await, 1);
}
