//! F64: another attempt, after one has ended unpaid.

use std::num::NonZeroU32;

use kakaopay::store::{MemoryStore, restore};
use kakaopay::types::endpoint::{ListCharges, MarkChargeAsFailed, MarkChargeAsPaid};
use kakaopay::types::{Charge, Currency, Money, PaymentAmount};
use kakaopay::{Checkout, Error, Merchant, Order, PayAgainError, PaymentEvent, State};
use kakaopay_tests::Shop;

use super::older_store::Place;

/// All charges, the first one first.
async fn charges(place: &Place) -> Vec<Charge> {
    let mut charges = place.client().send(ListCharges::new()).await.expect("a list").data.items;
    charges.sort_by_key(|charge| charge.metadata.attempt().map(|attempt| attempt.number()));
    charges
}

async fn fail(place: &Place, merchant: &Merchant<MemoryStore>, number: usize) {
    let charge = charges(place).await[number].id.clone();
    place.client().send(MarkChargeAsFailed::new(charge)).await.expect("failed");
    read(place, merchant).await;
}

async fn read(place: &Place, merchant: &Merchant<MemoryStore>) {
    merchant.refresh(&Shop::reference()).await.expect("read");
    place.work(merchant).await;
}

fn first() -> NonZeroU32 {
    NonZeroU32::MIN
}

fn cheaper() -> Order {
    let amount = PaymentAmount::new(Money::new(140_000, Currency::SGD)).expect("an amount");
    let uri = "https://example.com/again".parse().expect("an address");
    Order::new(Shop::reference(), amount, uri)
}

fn link(checkout: &Checkout) -> &str {
    match checkout {
        Checkout::Redirect { authorize_uri, .. } => authorize_uri,
        other => panic!("no link: {other:?}"),
    }
}

/// I1, I3, I5: `checkout` never begins an attempt, `pay_again` begins one however often it is called, and the order is
/// paid once, over the new amount.
#[tokio::test]
async fn f64_i1_i3_an_order_that_failed_is_paid_by_its_second_attempt() {
    let place = Place::new();
    let merchant = place.process(&place.store);
    let before = merchant.checkout(Shop::order()).await.expect("a checkout");
    // Not yet: the same link, and no other amount.
    let early = merchant.pay_again(Shop::order(), first()).await.expect("a checkout");
    assert_eq!(link(&early), link(&before));
    let conflict = merchant.pay_again(cheaper(), first()).await;
    assert!(matches!(conflict, Err(Error::PayAgain(PayAgainError::AmountConflict { .. }))), "{conflict:?}");
    fail(&place, &merchant, 0).await;
    let checkout = merchant.checkout(Shop::order()).await.expect("a checkout");
    let Checkout::Finished(status) = &checkout else { panic!("{checkout:?}") };
    assert!(matches!(status.state, State::Failed { .. }));
    let mut links = Vec::new();
    for _ in 0..3 {
        let again = merchant.pay_again(cheaper(), status.attempt).await.expect("a checkout");
        links.push(link(&again).to_owned());
    }
    assert!(links.iter().all(|again| *again == links[0] && again != link(&before)), "{links:?}");
    assert_eq!(link(&merchant.checkout(cheaper()).await.expect("a checkout")), links[0]);
    let all = charges(&place).await;
    assert_eq!(all.iter().map(|charge| charge.amount).collect::<Vec<_>>(), [150_000, 140_000]);
    place.client().send(MarkChargeAsPaid::new(all[1].id.clone())).await.expect("paid");
    read(&place, &merchant).await;
    assert_eq!(place.keys(), ["order-345678/1/failed", "order-345678/paid"]);
    let (_, PaymentEvent::Paid(paid)) = place.notifications.events().pop().expect("an event") else {
        panic!("not paid")
    };
    assert_eq!((paid.attempt.get(), paid.amount.minor_units()), (2, 140_000));
    let finished = merchant.pay_again(cheaper(), paid.attempt).await.expect("a checkout");
    assert!(matches!(finished, Checkout::Finished(status) if status.is_paid()));
    assert_eq!(charges(&place).await.len(), 2);
    let unknown = merchant.pay_again(cheaper(), NonZeroU32::new(9).expect("not zero")).await;
    assert!(matches!(unknown, Err(Error::PayAgain(PayAgainError::UnknownAttempt { .. }))), "{unknown:?}");
}

#[tokio::test]
async fn an_order_that_was_never_opened_is_not_paid_again() {
    let place = Place::new();
    let again = place.process(&place.store).pay_again(Shop::order(), first()).await;
    assert!(matches!(again, Err(Error::NotFound(_))), "{again:?}");
}

/// F51: the restored store lacks the second attempt, whose link the buyer has. The page asks for it again, and for the
/// same attempt: the buyer gets the same link.
#[tokio::test]
async fn f51_f64_i1_a_restored_store_begins_no_attempt_twice() {
    for is_marked in [true, false] {
        let place = Place::new();
        let merchant = place.process(&place.store);
        merchant.checkout(Shop::order()).await.expect("a checkout");
        fail(&place, &merchant, 0).await;
        let backup = place.store.backup();
        let again = merchant.pay_again(Shop::order(), first()).await.expect("a checkout");
        place.store.replace_with(&backup);
        if is_marked {
            restore(&place.store).await.expect("marked");
        }
        let restored = place.process(&place.store);
        let same = restored.pay_again(Shop::order(), first()).await.expect("a checkout");
        assert_eq!(link(&same), link(&again), "{is_marked}");
        let all = charges(&place).await;
        assert_eq!(all.len(), 2, "{is_marked}");
        place.client().send(MarkChargeAsPaid::new(all[1].id.clone())).await.expect("paid");
        read(&place, &restored).await;
        assert_eq!(place.keys(), ["order-345678/1/failed", "order-345678/paid"], "{is_marked}");
    }
}
