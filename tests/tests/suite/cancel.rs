//! F64: a merchant cancels, a hold ends, and late money goes back by itself.

use std::time::Duration;

use kakaopay::store::{MemoryStore, restore};
use kakaopay::types::endpoint::{ListCharges, ListParams, MarkChargeAsPaid};
use kakaopay::types::{Charge, ChargeStatus, Currency, Money, PaymentAmount};
use kakaopay::{CancelledBy, Checkout, Error, LateReason, Merchant, Order, PaymentEvent, State};
use kakaopay_tests::Shop;

use super::older_store::Place;

async fn charges(place: &Place) -> Vec<Charge> {
    let page = ListParams::new();
    place.client().send(ListCharges::new().page(page)).await.expect("a list").data.items
}

fn refuse(place: &Place) {
    let rule = "refuse=failed_expire@charges.expire".parse().expect("a rule");
    place.sandbox.set_faults(vec![rule]);
}

async fn pay(place: &Place, merchant: &Merchant<MemoryStore>) {
    let charge = charges(place).await[0].id.clone();
    place.client().send(MarkChargeAsPaid::new(charge)).await.expect("paid");
    merchant.refresh(&Shop::reference()).await.expect("read");
    place.work(merchant).await;
}

fn link(checkout: &Checkout) -> &str {
    match checkout {
        Checkout::Redirect { authorize_uri, .. } => authorize_uri,
        other => panic!("no link: {other:?}"),
    }
}

/// I3: the service ends the charge. The order is paid by another attempt.
#[tokio::test]
async fn f64_i3_a_cancelled_order_is_paid_by_another_attempt() {
    let place = Place::new();
    let merchant = place.process(&place.store);
    let before = merchant.checkout(Shop::order()).await.expect("a checkout");
    let status = merchant.cancel(&Shop::reference()).await.expect("cancelled");
    assert!(matches!(status.state, State::Cancelled(Some(_))) && status.cancel_wish.is_none(), "{status:?}");
    place.work(&merchant).await;
    assert_eq!(place.keys(), ["order-345678/1/cancelled"]);
    let checkout = merchant.checkout(Shop::order()).await.expect("a checkout");
    let Checkout::Finished(status) = checkout else { panic!("{checkout:?}") };
    let again = merchant.pay_again(Shop::order(), status.attempt).await.expect("a checkout");
    assert_ne!(link(&again), link(&before));
    // Again, and of what has ended: without effect.
    assert!(matches!(
        merchant.cancel(&Shop::reference()).await.expect("cancelled").state,
        State::Cancelled(_)
    ));
    let third =
        merchant.pay_again(Shop::order(), status.attempt.saturating_add(1)).await.expect("a checkout");
    pay_link(&place, &merchant, link(&third)).await;
    let paid = merchant.cancel(&Shop::reference()).await.expect("nothing to do");
    assert!(paid.is_paid());
    let expected = ["order-345678/1/cancelled", "order-345678/2/cancelled", "order-345678/paid"];
    assert_eq!(place.keys(), expected);
}

async fn pay_link(place: &Place, merchant: &Merchant<MemoryStore>, link: &str) {
    let all = charges(place).await;
    let is_it = |charge: &&Charge| charge.authorize_uri.as_deref() == Some(link);
    let charge = all.iter().find(is_it).expect("a charge").id.clone();
    place.client().send(MarkChargeAsPaid::new(charge)).await.expect("paid");
    merchant.refresh(&Shop::reference()).await.expect("read");
    place.work(merchant).await;
}

/// I2: the service refuses, and the buyer pays all the same: late money, which goes back by itself.
#[tokio::test]
async fn f64_i2_i5_a_refused_cancel_makes_a_later_success_late_money() {
    let place = Place::new();
    refuse(&place);
    let merchant = place.process(&place.store);
    merchant.checkout(Shop::order().refund_if_paid_late(true)).await.expect("a checkout");
    let status = merchant.cancel(&Shop::reference()).await.expect("cancelled");
    assert!(status.cancel_wish.is_some_and(|wish| wish.is_refused));
    place.work(&merchant).await;
    let [(_, PaymentEvent::CancelRefused { payable_until, .. })] = &place.notifications.events()[..] else {
        panic!("{:?}", place.keys())
    };
    assert_eq!(*payable_until, charges(&place).await[0].expires_at);
    pay(&place, &merchant).await;
    let id = charges(&place).await[0].id.clone();
    let expected = [
        "order-345678/1/cancel_refused".to_owned(),
        "order-345678/1/cancelled".to_owned(),
        format!("order-345678/late/{id}"),
        format!("order-345678/refund/late:{id}"),
    ];
    assert_eq!(place.keys(), expected);
    assert!(
        place
            .notifications
            .events()
            .iter()
            .any(|(_, event)| matches!(event, PaymentEvent::PaidLate { why: LateReason::Cancelled, .. }))
    );
    assert_eq!(charges(&place).await[0].refunded().minor_units(), 150_000);
}

/// The buyer changes their mind: the same link, and the order is paid.
#[tokio::test]
async fn f64_i3_a_checkout_takes_the_wish_back() {
    let place = Place::new();
    refuse(&place);
    let merchant = place.process(&place.store);
    let before = merchant.checkout(Shop::order()).await.expect("a checkout");
    merchant.cancel(&Shop::reference()).await.expect("cancelled");
    let amount = PaymentAmount::new(Money::new(140_000, Currency::SGD)).expect("an amount");
    let other =
        Order::new(Shop::reference(), amount, "https://example.com/again".parse().expect("an address"));
    let conflict = merchant.checkout(other).await;
    assert!(matches!(conflict, Err(Error::ReferenceConflict { .. })), "{conflict:?}");
    let again = merchant.checkout(Shop::order()).await.expect("a checkout");
    assert_eq!(link(&again), link(&before));
    pay(&place, &merchant).await;
    assert_eq!(place.keys(), ["order-345678/1/cancel_refused", "order-345678/paid"]);
}

/// The hold ends by the service's clock, and the worker cancels.
#[tokio::test]
async fn f64_a_hold_ends_by_itself() {
    let place = Place::new();
    let merchant = place.process(&place.store);
    merchant.checkout(Shop::order().pay_within(Duration::from_secs(1_800))).await.expect("a checkout");
    place.sandbox.clock().advance_seconds(1_799);
    let status = merchant.refresh(&Shop::reference()).await.expect("read");
    assert!(matches!(status.state, State::Pending(_)) && status.cancel_wish.is_none());
    place.sandbox.clock().advance_seconds(1);
    let status = merchant.refresh(&Shop::reference()).await.expect("read");
    assert!(matches!(status.state, State::Cancelled(Some(_))), "{status:?}");
    place.work(&merchant).await;
    assert_eq!(place.keys(), ["order-345678/1/cancelled"]);
    assert_eq!(charges(&place).await[0].status, ChargeStatus::Expired);
    // Where the service refuses, the hold is over all the same, and a checkout lets the buyer pay.
    let place = Place::new();
    refuse(&place);
    let merchant = place.process(&place.store);
    let held = || Shop::order().pay_within(Duration::from_secs(60));
    merchant.checkout(held()).await.expect("a checkout");
    place.sandbox.clock().advance_seconds(60);
    let status = merchant.refresh(&Shop::reference()).await.expect("read");
    let wish = status.cancel_wish.expect("a wish");
    assert!(wish.is_refused && wish.by == CancelledBy::Hold);
    link(&merchant.checkout(held()).await.expect("a checkout"));
    pay(&place, &merchant).await;
    assert_eq!(place.keys(), ["order-345678/1/cancel_refused", "order-345678/paid"]);
}

/// F51: a restored copy has the request as unsent, which was sent since: its charge is looked for, and ended.
#[tokio::test]
async fn f51_f64_i2_a_restored_store_cancels_what_it_has_as_unsent() {
    let place = Place::new();
    let merchant = place.process(&place.store);
    // The request does not leave.
    place
        .sandbox
        .set_faults(vec!["refuse=authentication_failure@charges.create:times=1".parse().expect("a rule")]);
    merchant.checkout(Shop::order()).await.expect("a checkout");
    let backup = place.store.backup();
    let link_of = async || {
        for _ in 0..100 {
            if let Checkout::Redirect { authorize_uri, .. } =
                merchant.checkout(Shop::order()).await.expect("a checkout")
            {
                return authorize_uri;
            }
            merchant.resume(&Shop::reference()).await.expect("resumed");
        }
        panic!("no link")
    };
    link_of().await;
    place.store.replace_with(&backup);
    restore(&place.store).await.expect("marked");
    let restored = place.process(&place.store);
    let status = restored.cancel(&Shop::reference()).await.expect("cancelled");
    assert!(matches!(status.state, State::Cancelled(Some(_))), "{status:?}");
    assert_eq!(charges(&place).await[0].status, ChargeStatus::Expired);
}
