//! Payments that are pruned or erased while the shop goes on.

use std::path::Path;
use std::time::Duration;

use kakaopay::flows::{Payment, PruneError};
use kakaopay::store::{
    InsertOutcome, MemoryStore, NewInboxEvent, RowKind, Setting, Store, StoreErrorKind, copy,
};
use kakaopay::types::endpoint::{CreateRefund, ListCharges, MarkChargeAsPaid};
use kakaopay::types::{
    Currency, EventId, Money, PaymentAmount, Reference, RefundAmount, ReturnUri, SecretKey,
};
use kakaopay::{
    Checkout, Error, LateRefund, Merchant, Order, PruneTerm, RefundRequest, erase, prune, verify,
};
use kakaopay_hooked_store::{HookedStore, StoreCall, StoreFault};
use kakaopay_postgres_cluster::shared;
use kakaopay_sandbox::{Sandbox, SandboxClock};
use kakaopay_store_postgres::PostgresOptions;
use kakaopay_store_sqlite::SqliteOptions;
use kakaopay_tests::Shop;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::opening;
use kakaopay_transport::Client;

const DAY: i64 = 86_400;

/// A service, a store, and the shop's notifications.
struct Place<S> {
    sandbox: Sandbox,
    store: S,
    notifications: Notifications,
    merchant: Merchant<S>,
}

fn term(days: u64) -> PruneTerm {
    PruneTerm::new(Duration::from_secs(days * 86_400)).expect("long enough")
}

fn sandbox() -> Sandbox {
    Sandbox::builder().seed(1).clock(SandboxClock::frozen_at(opening())).build()
}

impl Place<MemoryStore> {
    fn in_memory() -> Self {
        let sandbox = sandbox();
        let clock = sandbox.clock().clone();
        Self::over(sandbox, MemoryStore::new().with_clock(move || clock.now()))
    }
}

impl<S: Store> Place<S> {
    fn over(sandbox: Sandbox, store: S) -> Self {
        let client = Client::builder(sandbox.service(), sandbox.secret_key().clone()).build();
        let clock = sandbox.clock().clone();
        let merchant =
            Merchant::builder(client, store.clone()).clock(move || clock.now()).jitter_seed(7).build();
        Self { sandbox, store, notifications: Notifications::default(), merchant }
    }

    fn client(&self) -> Client<SecretKey> {
        Client::builder(self.sandbox.service(), self.sandbox.secret_key().clone()).build()
    }

    async fn work(&self) {
        for _ in 0..3 {
            self.sandbox.clock().advance_seconds(5);
            self.merchant.run_once(&self.notifications).await.expect("worked");
        }
    }

    /// Checks an order out, pays it, and notifies the shop.
    async fn pay(&self, order: Order) {
        let reference = order.reference().clone();
        self.merchant.checkout(order).await.expect("a checkout");
        let charges = self.client().send(ListCharges::new()).await.expect("a list").data.items;
        let charge = charges.last().expect("a charge").id.clone();
        self.client().send(MarkChargeAsPaid::new(charge)).await.expect("paid");
        self.merchant.refresh(&reference).await.expect("read");
        self.work().await;
    }

    fn later(&self, days: i64) {
        self.sandbox.clock().advance_seconds(days * DAY);
    }

    fn keys(&self) -> Vec<String> {
        self.notifications.events().into_iter().map(|(key, _)| key).collect()
    }

    async fn charges(&self) -> usize {
        self.client().send(ListCharges::new()).await.expect("a list").data.items.len()
    }

    async fn assert_sound(&self) {
        let report = verify(&self.store).await.expect("read");
        assert!(report.damaged.is_empty() && report.unreadable.is_none(), "{report:?}");
    }
}

fn named(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

/// A reference that was pruned is never charged again, and is verified, copied and reconciled like any other. A refund
/// that staff make afterwards is notified.
async fn a_pruned_payment_goes_on<S: Store>(place: Place<S>) {
    let now = PruneTerm::of_any_length(Duration::ZERO);
    place.pay(Shop::order()).await;
    let paid = place.merchant.status(&Shop::reference()).await.expect("read").expect("a payment");
    let report = prune(&place.store, now, None).await.expect("pruned");
    assert_eq!((report.payments, report.unfinished, report.failures), (1, 0, 0));
    let again = prune(&place.store, now, None).await.expect("pruned");
    assert_eq!((again.payments, again.unfinished, again.events), (0, 0, 0));
    place.assert_sound().await;
    assert_eq!(place.store.read_journal(&Shop::reference()).await.expect("read").len(), 1);
    assert!(place.store.rows(RowKind::Message, 0, 9).await.expect("read").is_empty());
    let Checkout::Finished(status) = place.merchant.checkout(Shop::order()).await.expect("a checkout") else {
        panic!("it has ended")
    };
    assert!(status.is_paid() && status.charge() == paid.charge(), "{status:?}");
    assert_eq!(status.amount, paid.amount);
    place.merchant.refresh(&Shop::reference()).await.expect("read");
    place.merchant.resume(&Shop::reference()).await.expect("read");
    // Staff refund a part at the dashboard.
    let charge = paid.charge().expect("a charge").clone();
    let amount = RefundAmount::new(40_000).expect("an amount");
    let by_hand = named("by-hand");
    place.client().send(CreateRefund::new(charge, amount, by_hand)).await.expect("refunded");
    let reconciled = place.merchant.reconcile(opening()).await.expect("reconciled");
    assert_eq!((reconciled.orphaned_charges, reconciled.failures, reconciled.complete), (0, 0, true));
    place.work().await;
    let keys = place.keys();
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert!(keys[1].starts_with("order-345678/refunded_elsewhere/rfnd_test_"), "{keys:?}");
    // The rest, and no more, is refunded here.
    let refund = |amount| {
        let amount = RefundAmount::new(amount).expect("an amount");
        RefundRequest::new(named("r1"), amount).late_refund(LateRefund::Forward)
    };
    let too_much = place.merchant.refund(&Shop::reference(), refund(paid.amount.minor_units() + 1)).await;
    assert!(matches!(too_much, Err(Error::Refund(_))), "{too_much:?}");
    place.assert_sound().await;
    assert_eq!(prune(&place.store, now, None).await.expect("pruned").payments, 1);
    place.assert_sound().await;
    let copied = MemoryStore::new();
    copy(&place.store, &copied).await.expect("copied");
    let report = verify(&copied).await.expect("read");
    assert_eq!((report.payments, report.entries, report.damaged.len()), (1, 1, 0));
    assert_eq!(place.charges().await, 1);
    assert!(matches!(prune(&place.store, now, None).await, Err(Error::StoreClosed { .. })));
    assert!(matches!(erase(&place.store, &Shop::reference()).await, Err(Error::StoreClosed { .. })));
}

#[tokio::test]
async fn f51_a_pruned_payment_goes_on_in_memory() {
    a_pruned_payment_goes_on(Place::in_memory()).await;
}

#[tokio::test]
async fn f51_a_pruned_payment_goes_on_in_sqlite() {
    let (folder, sandbox) = (tempfile::tempdir().expect("a folder"), sandbox());
    let clock = sandbox.clock().clone();
    let options = SqliteOptions::new().clock(move || clock.now());
    let store = options.open(folder.path().join("store.sqlite")).expect("a store");
    let checked = store.clone();
    a_pruned_payment_goes_on(Place::over(sandbox, store)).await;
    checked.integrity_check().await.expect("sound");
}

#[tokio::test]
async fn f51_a_pruned_payment_goes_on_in_postgres() {
    let Some(cluster) = shared() else { return };
    let options = PostgresOptions::new(&cluster.tcp("postgres")).expect("an address");
    let store = options.schema("pruned").open().await.expect("a store");
    let checked = store.clone();
    a_pruned_payment_goes_on(Place::over(sandbox(), store)).await;
    checked.integrity_check().await.expect("sound");
}

/// Young payments, and those with something left to do, stay as they are; a limit is kept.
#[tokio::test]
async fn only_what_is_over_is_pruned() {
    let short = PruneTerm::new(Duration::from_secs(30 * 86_400 - 1)).expect_err("too short");
    assert_eq!(short.to_string(), "payments can be pruned after 30 days at the earliest: pass a longer term");
    let place = Place::in_memory();
    for name in ["a", "b", "c"] {
        place.pay(Shop::order_of(named(name))).await;
    }
    place.merchant.checkout(Shop::order_of(named("pending"))).await.expect("a checkout");
    let pending = erase(&place.store, &named("pending")).await.expect_err("not over");
    assert!(matches!(pending, Error::NotOver { source: PruneError::NotEnded, .. }), "{pending}");
    let none = prune(&place.store, term(30), None).await.expect("pruned");
    assert_eq!((none.payments, none.unfinished), (0, 0));
    place.later(29);
    place.pay(Shop::order_of(named("young"))).await;
    place.later(1);
    for (payments, left) in [(2, 1), (1, 1), (0, 1)] {
        let report = prune(&place.store, term(30), Some(2)).await.expect("pruned");
        assert_eq!((report.payments, report.failures), (payments, 0));
        assert!(report.unfinished <= left, "{report:?}");
    }
    for (name, entries) in [("a", 1), ("b", 1), ("c", 1)] {
        assert_eq!(place.store.read_journal(&named(name)).await.expect("read").len(), entries, "{name}");
    }
    for name in ["pending", "young"] {
        assert!(place.store.read_journal(&named(name)).await.expect("read").len() > 1, "{name}");
    }
    place.assert_sound().await;
    assert!(matches!(erase(&place.store, &named("none")).await, Err(Error::NotFound(_))));
}

/// All bytes of a file and those beside it.
fn contains(path: &Path, word: &str) -> bool {
    std::fs::read(path).is_ok_and(|bytes| bytes.windows(word.len()).any(|found| found == word.as_bytes()))
}

/// All that the rows of a store have, as text.
async fn everything(store: &impl Store) -> String {
    let mut text = String::new();
    for kind in RowKind::ALL {
        for (_, row) in store.rows(kind, 0, 999).await.expect("read") {
            text.push_str(&match row {
                kakaopay::store::Row::Event { body, .. } => String::from_utf8_lossy(&body).into_owned(),
                kakaopay::store::Row::Message(stored) => {
                    String::from_utf8_lossy(&stored.message.body).into_owned()
                }
                row => format!("{row:?}"),
            });
        }
    }
    for reference in store.list_payments(None, 99).await.expect("read") {
        let journal = store.read_journal(&reference).await.expect("read");
        let loaded = store.load(&reference).await.expect("read");
        for entry in journal.iter().chain(&loaded.snapshot) {
            text.push_str(&String::from_utf8_lossy(&entry.bytes));
        }
    }
    text
}

/// What names the buyer is gone at once, and what is about money stays; only of a payment that is over and whose
/// notifications were delivered.
#[tokio::test]
async fn a_buyer_is_erased() {
    let (folder, sandbox) = (tempfile::tempdir().expect("a folder"), sandbox());
    let clock = sandbox.clock().clone();
    let path = folder.path().join("store.sqlite");
    let store = SqliteOptions::new().clock(move || clock.now()).open(&path).expect("a store");
    let place = Place::over(sandbox, store.clone());
    let uri = ReturnUri::parse("https://shop.example/done?buyer=kim-minji").expect("an address");
    let amount = PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount");
    let order = |name: &str| Order::new(named(name), amount, uri.clone()).with_description("for Kim Minji");
    place.merchant.checkout(order("o-1")).await.expect("a checkout");
    assert!(matches!(erase(&store, &named("o-1")).await, Err(Error::NotOver { .. })));
    let charges = place.client().send(ListCharges::new()).await.expect("a list").data.items;
    place.client().send(MarkChargeAsPaid::new(charges[0].id.clone())).await.expect("paid");
    place.merchant.refresh(&named("o-1")).await.expect("read");
    let undelivered = erase(&store, &named("o-1")).await.expect_err("not delivered");
    assert!(matches!(undelivered, Error::Undelivered(_)), "{undelivered}");
    place.work().await;
    let before = everything(&store).await;
    let words = ["Kim Minji", "kim-minji"];
    assert!(words.iter().all(|word| before.contains(word)), "{before}");
    erase(&store, &named("o-1")).await.expect("erased");
    erase(&store, &named("o-1")).await.expect("erased before");
    let after = everything(&store).await;
    assert!(!words.iter().any(|word| after.contains(word)), "{after}");
    let status = place.merchant.status(&named("o-1")).await.expect("read").expect("a payment");
    assert!(status.is_paid());
    let refund = RefundRequest::new(named("r1"), RefundAmount::new(1_000).expect("an amount"));
    place.merchant.refund(&named("o-1"), refund).await.expect("a refund");
    place.work().await;
    assert_eq!(place.keys(), ["o-1/paid", "o-1/refund/r1"]);
    erase(&store, &named("o-1")).await.expect("erased");
    place.assert_sound().await;
    store.integrity_check().await.expect("sound");
    // Nor is it left in the file.
    store.close().await.expect("closed");
    assert!(!words.iter().any(|word| contains(&path, word)));
}

/// Each call of the store fails once, before its work or after it: the payment is pruned once, or not at all, and another
/// call goes on.
#[tokio::test(start_paused = true)]
async fn i10_pruning_that_is_cut_off_is_resumed() {
    let mut cut = 0;
    for (kind, is_after) in
        [(StoreErrorKind::Io, false), (StoreErrorKind::Io, true), (StoreErrorKind::Full, true)]
    {
        for fatal in 0..40 {
            let place = Place::in_memory();
            for name in ["a", "b"] {
                place.pay(Shop::order_of(named(name))).await;
            }
            place.later(31);
            let calls = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
            let counted = std::sync::Arc::clone(&calls);
            let fault = move |_: StoreCall| {
                let number = counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                match (number == fatal, is_after) {
                    (true, true) => StoreFault::After(kind),
                    (true, false) => StoreFault::Before(kind),
                    (false, _) => StoreFault::None,
                }
            };
            let hooked = HookedStore::new(place.store.clone()).fault(fault);
            let first = prune(&hooked, term(30), None).await;
            cut += usize::from(first.is_err());
            prune(&place.store, term(30), None).await.expect("pruned");
            for name in ["a", "b"] {
                assert_eq!(place.store.read_journal(&named(name)).await.expect("read").len(), 1, "{fatal}");
            }
            place.assert_sound().await;
        }
    }
    assert!(cut > 10, "{cut} were cut off");
}

/// The journal of an erased payment replays.
#[tokio::test]
async fn a_pruned_journal_replays() {
    let place = Place::in_memory();
    place.pay(Shop::order()).await;
    erase(&place.store, &Shop::reference()).await.expect("erased");
    let journal = place.store.read_journal(&Shop::reference()).await.expect("read");
    let pairs = journal.iter().map(|entry| (entry.seq.get(), &*entry.bytes));
    let payment = Payment::replay(pairs).expect("a journal").expect("a payment");
    assert!(payment.is_pruned() && payment.state().is_paid());
    assert!(place.store.setting(Setting::Closed).await.expect("read").is_none());
}

/// Webhooks that wait keep none behind them, however many they are.
#[tokio::test]
async fn f60_webhooks_that_wait_keep_no_others() {
    let store = MemoryStore::new();
    let event = |number: u32| EventId::parse(&format!("evnt_test_{number}")).expect("an event");
    for number in 0..1_200 {
        let delivery = NewInboxEvent::new(event(number), *b"x");
        assert_eq!(store.insert_event(delivery).await.expect("stored"), InsertOutcome::Inserted);
    }
    for number in [0, 700, 1_100, 1_199] {
        store.complete_event(&event(number)).await.expect("stored");
    }
    let report = prune(&store, PruneTerm::of_any_length(Duration::ZERO), None).await.expect("pruned");
    assert_eq!(report.events, 4);
    assert_eq!(store.rows(RowKind::Event, 0, 2_000).await.expect("read").len(), 1_196);
}
