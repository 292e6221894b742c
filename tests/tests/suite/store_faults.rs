//! Store calls that fail at every place: nothing durable is dropped, and no response is lost to a short failure.

use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kakaopay::store::{Backlog, MemoryStore, NewInboxEvent, Seq, Store, StoreErrorKind};
use kakaopay::types::endpoint::ListRefunds;
use kakaopay::types::{EventId, Reference, RefundAmount};
use kakaopay::{Checkout, PaymentEvent, RefundRequest};
use kakaopay_hooked_store::{HookedStore, StoreCall, StoreFault};
use kakaopay_tests::Shop;
use kakaopay_tests::shop::Notifications;
use kakaopay_tests::virtual_shop::{VirtualShop, virtual_store, within};

type FaultyShop = VirtualShop<HookedStore<MemoryStore>>;

const CONFLICT: StoreErrorKind = StoreErrorKind::Conflict { expected: Seq::ZERO, found: Seq::ZERO };

fn refund(number: usize) -> RefundRequest {
    let reference = Reference::parse(&format!("refund-{number}")).expect("a reference");
    RefundRequest::new(reference, RefundAmount::new(1).expect("an amount"))
}

async fn refunds(shop: &FaultyShop) -> usize {
    shop.client().send(ListRefunds::new()).await.expect("a list").data.items.len()
}

/// A shop whose order is paid.
async fn paid(shop: FaultyShop) -> FaultyShop {
    shop.merchant.checkout(Shop::order()).await.expect("a checkout");
    shop.pay().await;
    shop.merchant.refresh(&Shop::reference()).await.expect("paid");
    shop
}

/// Orders two refunds while their list cannot be read. The next list requests both in one entry.
async fn order_pair(shop: &FaultyShop, first: usize) {
    shop.sandbox.set_faults(vec!["status=503@/charges/*/refunds".parse().expect("a rule")]);
    for number in [first, first + 1] {
        let refund = shop.merchant.refund(&Shop::reference(), refund(number)).await.expect("a refund");
        assert_eq!(refund.state.name(), "preparing");
    }
    shop.sandbox.set_faults(Vec::new());
}

/// F55: a snapshot only saves time. A refund whose entry is durable leaves without one.
#[tokio::test(start_paused = true)]
async fn f55_i5_no_refund_is_dropped_for_a_snapshot() {
    for kind in [StoreErrorKind::Busy, StoreErrorKind::Io, StoreErrorKind::Full, CONFLICT] {
        let failed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&failed);
        let store = HookedStore::new(virtual_store()).fault(move |call| {
            if call != StoreCall::CommitSnapshot {
                return StoreFault::None;
            }
            count.fetch_add(1, Ordering::SeqCst);
            StoreFault::Before(kind)
        });
        // Each shift puts the snapshots after other entries.
        for shift in 0..3 {
            let shop = paid(VirtualShop::open(store.clone().over(virtual_store()))).await;
            for pair in 0..shift {
                order_pair(&shop, 2 * pair + 1).await;
                shop.merchant.refresh(&Shop::reference()).await.expect("refunded");
            }
            for number in 2 * shift + 1..=14 {
                let refund = shop.merchant.refund(&Shop::reference(), refund(number)).await;
                let refund = refund.expect("a refund");
                assert!(refund.is_completed(), "{kind} {shift}: {refund:?}");
            }
            assert_eq!(refunds(&shop).await, 14, "{kind} {shift}");
        }
        assert_eq!(failed.load(Ordering::SeqCst), 6, "{kind}");
    }
}

/// F55: the response to a mutation is stored as soon as the store is back within seconds, without a look-up.
#[tokio::test(start_paused = true)]
async fn f55_i1_a_response_to_a_mutation_outlives_a_short_failure() {
    for kind in [StoreErrorKind::Busy, StoreErrorKind::Io, StoreErrorKind::Full] {
        let left = Arc::new(AtomicI64::new(0));
        let fails = Arc::clone(&left);
        // The entry of the intent is stored, the entry of its response is not.
        let store = HookedStore::new(virtual_store()).fault(move |call| {
            let left = if call == StoreCall::Commit { fails.fetch_sub(1, Ordering::SeqCst) } else { 0 };
            if (1..=6).contains(&left) { StoreFault::Before(kind) } else { StoreFault::None }
        });
        let shop = VirtualShop::open(store);
        left.store(7, Ordering::SeqCst);
        let checkout = shop.merchant.checkout(Shop::order()).await.expect("a checkout");
        assert!(matches!(checkout, Checkout::Redirect { .. }), "{kind}: {checkout:?}");
        assert!(left.load(Ordering::SeqCst) <= 0, "{kind}: too few commits failed");
        shop.pay().await;
        shop.merchant.refresh(&Shop::reference()).await.expect("paid");
        // The entries of the order, of the request, and then of its response.
        left.store(8, Ordering::SeqCst);
        let refund = shop.merchant.refund(&Shop::reference(), refund(1)).await.expect("a refund");
        assert!(refund.is_completed(), "{kind}: {refund:?}");
        assert!(left.load(Ordering::SeqCst) <= 0, "{kind}: too few commits failed");
        assert_eq!(refunds(&shop).await, 1, "{kind}");
    }
}

/// F55: a response that cannot be stored at all drops no request behind it.
#[tokio::test(start_paused = true)]
async fn f55_i5_a_response_that_is_not_stored_drops_no_other_refund() {
    // `Some(n)`: after n more commits, every call fails.
    let left: Arc<Mutex<Option<u32>>> = Arc::default();
    let commits = Arc::clone(&left);
    let store = HookedStore::new(virtual_store()).fault(move |call| {
        match commits.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(0) => StoreFault::Before(StoreErrorKind::Io),
            Some(left) => {
                *left -= u32::from(call == StoreCall::Commit);
                StoreFault::None
            }
            None => StoreFault::None,
        }
    });
    let shop = paid(VirtualShop::open(store)).await;
    order_pair(&shop, 1).await;
    *left.lock().unwrap_or_else(PoisonError::into_inner) = Some(1);
    let error = shop.merchant.refresh(&Shop::reference()).await.expect_err("nothing is stored");
    assert!(matches!(error, kakaopay::Error::Store(_)), "{error:?}");
    assert_eq!(refunds(&shop).await, 2);
    // The store is back, and a look-up finds both.
    *left.lock().unwrap_or_else(PoisonError::into_inner) = None;
    let running = shop.run(Notifications::default());
    let completed = async || {
        let status = shop.merchant.status(&Shop::reference()).await.expect("read").expect("a payment");
        status.refunds.iter().all(kakaopay::RefundSummary::is_completed)
    };
    within(Duration::from_secs(3_600), "both are known", completed).await;
    assert_eq!(refunds(&shop).await, 2);
    running.shut_down().await;
}

/// Runs an order from its checkout to its refund while one call of the store fails. Returns whether there was such a
/// call.
async fn one_call_fails(place: u64, fault: StoreFault) -> bool {
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&calls);
    let store = HookedStore::new(virtual_store()).fault(move |_| {
        if counted.fetch_add(1, Ordering::SeqCst) == place { fault } else { StoreFault::None }
    });
    let shop = VirtualShop::open(store);
    // A look-up goes by the service's clock.
    let (service, merchant) = (shop.sandbox.clone(), shop.merchant.clone());
    let clock = tokio::spawn(async move {
        loop {
            service.clock().set(merchant.now());
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let notifications = Notifications::default();
    let running = shop.run(notifications.clone());
    let (hour, reference) = (Duration::from_secs(3_600), Shop::reference());
    let page = async || matches!(shop.merchant.checkout(Shop::order()).await, Ok(Checkout::Redirect { .. }));
    within(hour, &format!("a page, {fault:?} at {place}"), page).await;
    shop.pay().await;
    let is_told = |wanted: fn(&PaymentEvent) -> bool| {
        notifications.events().iter().filter(|(_, event)| wanted(event)).count()
    };
    let is_paid = |event: &PaymentEvent| matches!(event, PaymentEvent::Paid(_));
    within(hour, "paid", async || is_told(is_paid) > 0).await;
    let completed = async || {
        let refund = shop.merchant.refund(&reference, refund(1)).await;
        refund.is_ok_and(|refund| refund.is_completed())
    };
    within(hour, "refunded", completed).await;
    let is_empty = async || shop.merchant.backlog().await.is_ok_and(|backlog| backlog == Backlog::default());
    within(hour, "nothing waits", is_empty).await;
    assert_eq!(shop.sandbox.events().iter().filter(|(_, key)| *key == "charge.create").count(), 1);
    assert_eq!(refunds(&shop).await, 1);
    running.shut_down().await;
    clock.abort();
    calls.load(Ordering::SeqCst) > place
}

/// F55: whichever call of the store fails, before its work or after it, one charge is made, paid and refunded once.
#[tokio::test(start_paused = true)]
async fn f55_i1_i5_i8_any_call_of_the_store_may_fail() {
    for fault in [
        StoreFault::Before(StoreErrorKind::Busy),
        StoreFault::Before(StoreErrorKind::Io),
        StoreFault::After(StoreErrorKind::Io),
    ] {
        // The calls until all is done; later ones only look for work.
        for place in 0..60 {
            assert!(one_call_fails(place, fault).await, "{fault:?}: there is no call {place}");
        }
    }
}

/// A shop whose store fails once, at the call of this kind and place, and how many such calls there were.
fn failing_at(call: StoreCall, place: usize, fault: StoreFault) -> (FaultyShop, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let store = HookedStore::new(virtual_store()).fault(move |found| {
        let is_now = found == call && counted.fetch_add(1, Ordering::SeqCst) == place;
        if is_now { fault } else { StoreFault::None }
    });
    (VirtualShop::open(store), calls)
}

/// F55: after a commit of unknown outcome the entry's requests leave within a second, without a look-up.
#[tokio::test(start_paused = true)]
async fn f55_i1_i5_a_commit_of_unknown_outcome_drops_no_request() {
    // The entries of an order, its charge, its payment, its refund, the request for it and the response.
    const ENTRIES: usize = 6;
    for fault in [StoreFault::Before(StoreErrorKind::Io), StoreFault::After(StoreErrorKind::Io)] {
        for place in 0..ENTRIES {
            let (shop, commits) = failing_at(StoreCall::Commit, place, fault);
            let begun = tokio::time::Instant::now();
            let checkout = shop.merchant.checkout(Shop::order()).await.expect("a checkout");
            assert!(matches!(checkout, Checkout::Redirect { .. }), "{fault:?} {place}: {checkout:?}");
            shop.pay().await;
            let status = shop.merchant.refresh(&Shop::reference()).await.expect("read");
            assert!(status.is_paid(), "{fault:?} {place}: {status:?}");
            let refund = shop.merchant.refund(&Shop::reference(), refund(1)).await.expect("a refund");
            assert!(refund.is_completed(), "{fault:?} {place}: {refund:?}");
            assert!(begun.elapsed() < Duration::from_secs(1), "{fault:?} {place}");
            let repeated = usize::from(matches!(fault, StoreFault::Before(_)));
            assert_eq!(commits.load(Ordering::SeqCst), ENTRIES + repeated, "{fault:?} {place}");
            let charges = shop.sandbox.events().iter().filter(|(_, key)| *key == "charge.create").count();
            assert_eq!((charges, refunds(&shop).await), (1, 1), "{fault:?} {place}");
        }
    }
}

/// F40, F55: a process whose commit failed does not take the same step of another process for its own, and sends
/// nothing.
#[tokio::test(start_paused = true)]
async fn f40_f55_i5_the_same_entry_of_another_process_is_not_mine() {
    let armed = Arc::new(AtomicUsize::new(0));
    let left = Arc::clone(&armed);
    // The second commit from now on fails once, without an effect: the request for the refund.
    let store = HookedStore::new(virtual_store()).fault(move |call| {
        let is_last = call == StoreCall::Commit
            && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) == Ok(1);
        if is_last { StoreFault::Before(StoreErrorKind::Io) } else { StoreFault::None }
    });
    let shop = paid(VirtualShop::open(store)).await;
    let other = kakaopay::Merchant::builder(shop.client(), shop.store.inner().clone());
    let now = shop.merchant.now();
    let other = other.clock(move || now).jitter_seed(7).build();
    armed.store(2, Ordering::SeqCst);
    let mine = shop.merchant.clone();
    let mine = tokio::spawn(async move { mine.refund(&Shop::reference(), refund(1)).await });
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(armed.load(Ordering::SeqCst), 0, "the commit has failed");
    let before = refunds(&shop).await;
    let status = other.refresh(&Shop::reference()).await.expect("read");
    assert!(status.refunds.iter().all(kakaopay::RefundSummary::is_completed), "{status:?}");
    mine.await.expect("no panic").expect("a refund");
    assert_eq!((before, refunds(&shop).await), (0, 1));
}

/// F55: a notification or webhook whose completion failed for a moment does not come back.
#[tokio::test(start_paused = true)]
async fn f55_i3_a_completion_of_unknown_outcome_is_repeated() {
    for call in [StoreCall::CompleteMessages, StoreCall::CompleteEvent] {
        for fault in [
            StoreFault::Before(StoreErrorKind::Busy),
            StoreFault::Before(StoreErrorKind::Io),
            StoreFault::After(StoreErrorKind::Io),
        ] {
            let (shop, calls) = failing_at(call, 0, fault);
            shop.merchant.checkout(Shop::order()).await.expect("a checkout");
            shop.pay().await;
            let key = kakaopay::types::EventKey::ChargeComplete;
            assert_eq!(shop.deliver(&key).await, http::StatusCode::OK);
            // One about no charge has no step that completes it.
            let about_nothing = call == StoreCall::CompleteEvent;
            if about_nothing {
                let body = br#"{"object":"event","id":"evnt_test_1","key":"charge.complete","data":{}}"#;
                let event = EventId::parse("evnt_test_1").expect("an id");
                shop.store.insert_event(NewInboxEvent::new(event, *body)).await.expect("stored");
            }
            let notifications = Notifications::default();
            let report = shop.merchant.run_once(&notifications).await.expect("worked");
            let expected = (1 + usize::from(about_nothing), 1);
            assert_eq!((report.webhooks, report.notifications), expected, "{call:?} {fault:?}");
            assert_eq!(calls.load(Ordering::SeqCst), 2, "{call:?} {fault:?}");
            assert_eq!(shop.merchant.backlog().await.expect("read").inbox.count, 0);
            tokio::time::advance(Duration::from_secs(600)).await;
            let report = shop.merchant.run_once(&notifications).await.expect("worked");
            assert!(!report.any() && notifications.events().len() == 1, "{call:?} {fault:?}: {report:?}");
        }
    }
}
