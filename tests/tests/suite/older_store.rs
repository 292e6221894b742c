//! A store that is older than the service: a backup was put in the place of the store.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use kakaopay::store::{MemoryStore, Setting, Store, StoreErrorKind, copy, restore};
use kakaopay::types::endpoint::{
    ChargeMetadata, ListCharges, MarkChargeAsFailed, MarkChargeAsPaid, UpdateCharge,
};
use kakaopay::types::{Reference, RefundAmount, SecretKey, StoreId};
use kakaopay::{Checkout, Error, Merchant, PaymentEvent, RefundRequest, State};
use kakaopay_hooked_store::{HookedStore, StoreCall, StoreFault};
use kakaopay_sandbox::{Sandbox, SandboxClock};
use kakaopay_tests::Shop;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::opening;
use kakaopay_transport::Client;

/// A service, a store, and the notifications of all processes.
pub(super) struct Place {
    pub(super) sandbox: Sandbox,
    pub(super) store: MemoryStore,
    pub(super) notifications: Notifications,
}

impl Place {
    pub(super) fn new() -> Self {
        let sandbox = Sandbox::builder().seed(1).clock(SandboxClock::frozen_at(opening())).build();
        let clock = sandbox.clock().clone();
        let store = MemoryStore::new().with_clock(move || clock.now());
        Self { sandbox, store, notifications: Notifications::default() }
    }

    pub(super) fn client(&self) -> Client<SecretKey> {
        Client::builder(self.sandbox.service(), self.sandbox.secret_key().clone()).build()
    }

    /// A new process over a store.
    pub(super) fn process<S: Store + Clone>(&self, store: &S) -> Merchant<S> {
        let clock = self.sandbox.clock().clone();
        Merchant::builder(self.client(), store.clone()).clock(move || clock.now()).jitter_seed(7).build()
    }

    pub(super) async fn charges(&self) -> usize {
        self.client().send(ListCharges::new()).await.expect("a list").data.items.len()
    }

    pub(super) async fn pay(&self) {
        let charges = self.client().send(ListCharges::new()).await.expect("a list").data.items;
        let charge = charges.last().expect("a charge").id.clone();
        self.client().send(MarkChargeAsPaid::new(charge)).await.expect("paid");
    }

    pub(super) async fn work<S: Store>(&self, merchant: &Merchant<S>) {
        for _ in 0..3 {
            self.sandbox.clock().advance_seconds(5);
            merchant.run_once(&self.notifications).await.expect("worked");
        }
    }

    pub(super) fn keys(&self) -> Vec<String> {
        self.notifications.events().into_iter().map(|(key, _)| key).collect()
    }
}

/// Lets the time pass after which the next view of a page looks for its order again.
pub(super) async fn look_again() {
    tokio::time::advance(Duration::from_secs(2)).await;
}

/// The order was charged and its link handed out after the backup. The restored store finds the charge, hands out the
/// same link, and notifies the order as paid.
#[tokio::test]
async fn f51_i2_a_restored_store_creates_no_second_charge() {
    let place = Place::new();
    let backup = place.store.backup();
    let link = place.process(&place.store).checkout(Shop::order()).await.expect("a checkout");
    place.store.replace_with(&backup);
    restore(&place.store).await.expect("marked");
    let merchant = place.process(&place.store);
    assert_eq!(merchant.checkout(Shop::order()).await.expect("a checkout"), link);
    assert!(matches!(link, Checkout::Redirect { .. }));
    place.pay().await;
    place.work(&merchant).await;
    merchant.reconcile(opening()).await.expect("reconciled");
    place.work(&merchant).await;
    assert_eq!((place.keys(), place.charges().await), (vec!["order-345678/paid".to_owned()], 1));
}

/// A process that finds a newest charge whose order it does not know suspects its store by itself.
#[tokio::test]
async fn f51_a_lost_commit_is_noticed_at_the_start() {
    let place = Place::new();
    let backup = place.store.backup();
    place.process(&place.store).checkout(Shop::order()).await.expect("a checkout");
    place.store.replace_with(&backup);
    let merchant = place.process(&place.store);
    let checkout = merchant.checkout(Shop::order()).await.expect("a checkout");
    assert!(matches!(checkout, Checkout::Redirect { .. }), "{checkout:?}");
    assert_eq!(place.charges().await, 1);
    assert!(place.store.setting(Setting::Suspect).await.expect("read").is_some());
}

/// The lost order is notified as orphaned once, and as paid once a person has adopted it.
#[tokio::test]
async fn f51_i2_an_orphan_is_notified_once_and_adopted() {
    let place = Place::new();
    let backup = place.store.backup();
    place.process(&place.store).checkout(Shop::order()).await.expect("a checkout");
    place.pay().await;
    place.store.replace_with(&backup);
    let merchant = place.process(&place.store);
    for _ in 0..3 {
        let report = merchant.reconcile(opening()).await.expect("reconciled");
        assert_eq!((report.orphaned_charges, report.complete), (1, true));
        place.work(&merchant).await;
    }
    let events = place.notifications.events();
    let [(key, PaymentEvent::Orphaned { charge, second_copy: false, .. })] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(*key, format!("order-345678/orphaned/{charge}/paid"));
    let metrics = merchant.metrics();
    assert_eq!((metrics.orphaned_charges, metrics.second_copy_charges), (1, 0));
    assert_eq!(merchant.status(&Shop::reference()).await.expect("read"), None);
    assert_eq!(merchant.charged_order(&Shop::reference()).await.expect("an order"), Shop::order());
    let adopted = merchant.adopt(Shop::order()).await.expect("adopted");
    assert!(adopted.is_paid() && adopted.charge() == Some(charge), "{adopted:?}");
    assert!(merchant.adopt(Shop::order()).await.expect("again").is_paid());
    place.work(&merchant).await;
    assert_eq!(
        (place.keys().last().map(String::as_str), place.charges().await),
        (Some("order-345678/paid"), 1)
    );
    // An order without a charge is not adopted, and no charge is created for it.
    let unknown = Reference::parse("order-1").expect("a reference");
    let order = Shop::order_of(unknown);
    assert!(matches!(merchant.charged_order(order.reference()).await, Err(Error::NoCharge(_))));
    assert!(matches!(merchant.adopt(order).await, Err(Error::NoCharge(_))));
    assert_eq!(place.charges().await, 1);
}

/// An empty store takes over the identity that the charges name, and has their payments.
#[tokio::test]
async fn f51_i2_an_empty_store_is_rebuilt_from_the_service() {
    let place = Place::new();
    place.process(&place.store).checkout(Shop::order()).await.expect("a checkout");
    place.pay().await;
    let id = place.store.setting(Setting::StoreId).await.expect("read");
    let clock = place.sandbox.clock().clone();
    let empty = MemoryStore::new().with_clock(move || clock.now());
    assert_ne!(empty.setting(Setting::StoreId).await.expect("read"), id);
    let merchant = place.process(&empty);
    let report = merchant.rebuild(opening().saturating_add_seconds(-60), None).await.expect("rebuilt");
    assert_eq!((report.payments, report.failures), (1, 0));
    assert_eq!(empty.setting(Setting::StoreId).await.expect("read"), id);
    let status = merchant.status(&Shop::reference()).await.expect("read").expect("a payment");
    assert!(matches!(status.state, State::Successful { .. }), "{status:?}");
    place.work(&merchant).await;
    assert_eq!((place.keys(), place.charges().await), (vec!["order-345678/paid".to_owned()], 1));
    // A store in use is not rebuilt.
    assert!(matches!(
        merchant.rebuild(opening(), None).await,
        Err(Error::StoreIdUnknown { .. } | Error::StoreInUse)
    ));
}

/// A store whose newest charges could not be compared with the service is not taken for a whole one: nothing is charged
/// before the order was looked for, and a person hears of it.
#[tokio::test(start_paused = true)]
async fn f51_i5_no_order_is_charged_before_the_store_was_compared() {
    let place = Place::new();
    let backup = place.store.backup();
    let link = place.process(&place.store).checkout(Shop::order()).await.expect("a checkout");
    place.store.replace_with(&backup);
    place.sandbox.set_faults(vec!["drop-request@charges.list".parse().expect("a rule")]);
    let merchant = place.process(&place.store);
    for _ in 0..2 {
        let checkout = merchant.checkout(Shop::order()).await.expect("a checkout");
        assert!(matches!(checkout, Checkout::InProgress), "{checkout:?}");
        look_again().await;
    }
    assert!(place.sandbox.triggered_fault_count() >= 4, "{}", place.sandbox.triggered_fault_count());
    place.work(&merchant).await;
    assert_eq!(place.keys(), ["order-345678/alert/search_blocked/0"]);
    place.sandbox.set_faults(Vec::new());
    assert_eq!((place.charges().await, place.keys().len()), (1, 1));
    assert_eq!(merchant.checkout(Shop::order()).await.expect("a checkout"), link);
    assert_eq!(place.charges().await, 1);
}

/// An orphan in a store that has lost nothing is the charge of a second copy, which the notification and a counter say.
#[tokio::test]
async fn f51_a_second_copy_in_use_is_notified() {
    let place = Place::new();
    let copy = place.store.backup();
    let merchant = place.process(&place.store);
    merchant.checkout(Shop::order()).await.expect("a checkout");
    let other = Shop::order_of(Reference::parse("order-2").expect("a reference"));
    place.process(&copy).checkout(other).await.expect("a checkout");
    for _ in 0..2 {
        merchant.reconcile(opening()).await.expect("reconciled");
        place.work(&merchant).await;
    }
    let events = place.notifications.events();
    let [(_, PaymentEvent::Orphaned { reference, second_copy: true, .. })] = events.as_slice() else {
        panic!("{events:?}")
    };
    let metrics = merchant.metrics();
    assert_eq!(reference.as_str(), "order-2");
    assert_eq!((metrics.orphaned_charges, metrics.second_copy_charges), (1, 1));
}

/// A store whose payments have moved is driven no more, by no call, and the new one goes on with the order.
#[tokio::test]
async fn f51_i5_a_store_that_was_copied_is_driven_no_more() {
    let place = Place::new();
    let old = place.process(&place.store);
    let link = old.checkout(Shop::order()).await.expect("a checkout");
    let clock = place.sandbox.clock().clone();
    let moved = MemoryStore::new().with_clock(move || clock.now());
    let report = copy(&place.store, &moved).await.expect("copied");
    assert_eq!((report.payments, report.messages), (1, 0));
    let reference = Shop::reference();
    let refund = RefundRequest::new(reference.clone(), RefundAmount::new(1).expect("an amount"));
    let journal = place.store.read_journal(&reference).await.expect("read");
    let refused = [
        old.checkout(Shop::order()).await.map(drop),
        old.adopt(Shop::order()).await.map(drop),
        old.buyer_returned(&reference).await.map(drop),
        old.refresh(&reference).await.map(drop),
        old.resume(&reference).await.map(drop),
        old.refund(&reference, refund).await.map(drop),
        old.acknowledge(&reference, "overdue", "Mina", "seen").await.map(drop),
        old.skip("order-345678/paid", "Mina", "by hand").await.map(drop),
        old.reconcile(opening()).await.map(drop),
        old.rebuild(opening(), None).await.map(drop),
        old.run_once(&place.notifications).await.map(drop),
    ];
    for (number, result) in refused.into_iter().enumerate() {
        let Err(Error::StoreClosed { why }) = &result else { panic!("{number}: {result:?}") };
        assert!(why.contains("moved to another store"), "{why}");
    }
    assert_eq!(place.store.read_journal(&reference).await.expect("read"), journal);
    place.pay().await;
    let new = place.process(&moved);
    assert_eq!(new.checkout(Shop::order()).await.expect("a checkout"), link);
    new.reconcile(opening()).await.expect("reconciled");
    place.work(&new).await;
    assert_eq!((place.keys(), place.charges().await), (vec!["order-345678/paid".to_owned()], 1));
}

/// An adoption that is cut off after its first step searches for the charge, however old it is, and creates no other.
#[tokio::test(start_paused = true)]
async fn f51_i1_an_adoption_that_was_cut_off_creates_no_second_charge() {
    let place = Place::new();
    let backup = place.store.backup();
    place.process(&place.store).checkout(Shop::order()).await.expect("a checkout");
    place.pay().await;
    place.store.replace_with(&backup);
    place.sandbox.clock().advance_seconds(5 * 86_400);
    let (commits, is_cut_off) = (AtomicUsize::new(0), Arc::new(AtomicBool::new(true)));
    let armed = Arc::clone(&is_cut_off);
    let store = HookedStore::new(place.store.clone()).fault(move |call| {
        let is_later = call == StoreCall::Commit && commits.fetch_add(1, Ordering::SeqCst) > 0;
        let fails = is_later && armed.load(Ordering::SeqCst);
        if fails { StoreFault::Before(StoreErrorKind::Full) } else { StoreFault::None }
    });
    let merchant = place.process(&store);
    let adopted = merchant.adopt(Shop::order()).await;
    assert!(matches!(adopted, Err(Error::Store(_))), "{adopted:?}");
    is_cut_off.store(false, Ordering::SeqCst);
    for _ in 0..40 {
        place.sandbox.clock().advance_seconds(30);
        merchant.run_once(&place.notifications).await.expect("worked");
    }
    assert_eq!((place.keys(), place.charges().await), (vec!["order-345678/paid".to_owned()], 1));
}

/// F58: staff wrote an order's reference into the charge of another payment. A store that looks for the order's charges
/// does not take that one, neither for a new order nor for one that is paid again.
#[tokio::test]
async fn f51_f58_i4_the_charge_of_another_payment_is_not_found_for_an_order() {
    for has_failed in [false, true] {
        let place = Place::new();
        let merchant = place.process(&place.store);
        let other = Reference::parse("other").expect("a reference");
        let link = merchant.checkout(Shop::order_of(other.clone())).await.expect("a checkout");
        let Checkout::Redirect { charge, .. } = &link else { panic!("{link:?}") };
        if has_failed {
            let checkout = merchant.checkout(Shop::order()).await.expect("a checkout");
            let Checkout::Redirect { charge, .. } = checkout else { panic!("{checkout:?}") };
            place.client().send(MarkChargeAsFailed::new(charge)).await.expect("failed");
            merchant.refresh(&Shop::reference()).await.expect("read");
        }
        let store = place.store.setting(Setting::StoreId).await.expect("read").expect("an identity");
        let metadata = ChargeMetadata::new(Shop::reference().attempt(NonZeroU32::MIN));
        let metadata = metadata.store(StoreId::parse(&store).expect("an identity"));
        let update = UpdateCharge::new(charge.clone()).metadata(metadata);
        place.client().send(update).await.expect("updated");
        restore(&place.store).await.expect("marked");
        let checkout = if has_failed {
            merchant.pay_again(Shop::order(), NonZeroU32::MIN).await.expect("a checkout")
        } else {
            merchant.checkout(Shop::order()).await.expect("a checkout")
        };
        assert!(matches!(&checkout, Checkout::Redirect { charge: own, .. } if own != charge), "{checkout:?}");
        place.client().send(MarkChargeAsPaid::new(charge.clone())).await.expect("paid");
        merchant.refresh(&other).await.expect("read");
        place.work(&merchant).await;
        let (own, others): (Vec<_>, Vec<_>) =
            place.keys().into_iter().partition(|key| key.starts_with("order-345678/"));
        assert_eq!(own, if has_failed { vec!["order-345678/1/failed"] } else { Vec::new() });
        assert!(others.len() == 1 && others[0].starts_with("other/alert/mismatch/"), "{others:?}");
    }
}

/// Each suspicion has a mark of its own, so that a reconciliation that began before it does not end it.
#[tokio::test]
async fn f51_each_suspicion_is_marked_anew() {
    let place = Place::new();
    let backup = place.store.backup();
    place.process(&place.store).checkout(Shop::order()).await.expect("a checkout");
    place.store.replace_with(&backup);
    let mut marks = Vec::new();
    for name in ["order-1", "order-2"] {
        let order = Shop::order_of(Reference::parse(name).expect("a reference"));
        place.process(&place.store).checkout(order).await.expect("a checkout");
        marks.push(place.store.setting(Setting::Suspect).await.expect("read").expect("suspect"));
    }
    assert!(marks.iter().all(|mark| mark.contains("names order-345678/1")), "{marks:?}");
    assert_ne!(marks[0], marks[1]);
}
