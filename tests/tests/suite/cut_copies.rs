//! Copies of a store that are cut off, or disturbed by a process that still uses the source.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use kakaopay::store::{
    Commit, CopyError, MemoryStore, NewInboxEvent, OutboxMessage, RowKind, Seq, Setting, Store,
    StoreErrorKind, copy,
};
use kakaopay::types::{ChargeId, EventId, Reference};
use kakaopay_hooked_store::{HookedStore, StoreCall, StoreFault};

fn reference(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

/// A store in memory answers at once.
fn ready<F: Future>(answer: F) -> F::Output {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("it waits"),
    }
}

async fn filled() -> MemoryStore {
    let store = MemoryStore::new();
    for name in ["a", "b"] {
        let step = Commit::new(reference(name), Seq::ZERO).entry(*b"one");
        store.commit(step.messages(vec![OutboxMessage::new(name, *b"message")])).await.expect("stored");
    }
    let charge = ChargeId::parse("chrg_test_1").expect("an id");
    store.commit(Commit::new(reference("a"), Seq::new(1)).charge(charge)).await.expect("stored");
    let event = EventId::parse("evnt_test_1").expect("an id");
    store.insert_event(NewInboxEvent::new(event, *b"event")).await.expect("stored");
    store.change_setting(Setting::Account, None, Some("account_1")).await.expect("stored");
    store
}

/// Whether a store may be driven and has payments.
async fn is_live(store: &impl Store) -> bool {
    let is_open = store.setting(Setting::Closed).await.expect("read").is_none();
    is_open && !store.rows(RowKind::Payment, 0, 1).await.expect("read").is_empty()
}

/// Each call of each store fails once, before its work or after it; or it is the last one, because the process dies.
/// There are never two live stores, and the next attempt leaves one that has everything.
#[tokio::test]
async fn f51_i10_a_copy_that_is_cut_off_leaves_one_live_store() {
    let (mut cut, mut finished) = (0, 0);
    for (is_after, dies) in [(false, false), (true, false), (false, true), (true, true)] {
        for fatal in 0.. {
            let calls = Arc::new(AtomicUsize::new(0));
            let counted = Arc::clone(&calls);
            let fault = move |_: StoreCall| match counted.fetch_add(1, Ordering::SeqCst) {
                number if number == fatal && is_after => StoreFault::After(StoreErrorKind::Io),
                number if number == fatal || (dies && number > fatal) => {
                    StoreFault::Before(StoreErrorKind::Io)
                }
                _ => StoreFault::None,
            };
            let (source, target) = (filled().await, MemoryStore::new());
            let result = copy(
                &HookedStore::new(source.clone()).fault(fault.clone()),
                &HookedStore::new(target.clone()).fault(fault),
            )
            .await;
            let lives = (is_live(&source).await, is_live(&target).await);
            assert_ne!(lives, (true, true), "{fatal}: {result:?}");
            if calls.load(Ordering::SeqCst) <= fatal {
                assert!(result.is_ok() && lives == (false, true), "{result:?}");
                break;
            }
            cut += 1;
            let target = match copy(&source, &target).await {
                Ok(_) => {
                    finished += 1;
                    target
                }
                // It was complete, or has rows of the first attempt.
                Err(_) if lives.1 => target,
                Err(_) => {
                    let other = MemoryStore::new();
                    copy(&source, &other).await.expect("copied");
                    other
                }
            };
            assert_eq!((is_live(&source).await, is_live(&target).await), (false, true), "{fatal}");
            assert_eq!(target.list_payments(None, 9).await.expect("read").len(), 2);
            assert_eq!(target.backlog().await.expect("read").outbox.count, 2);
            assert_eq!(target.setting(Setting::Account).await.expect("read").as_deref(), Some("account_1"));
        }
    }
    assert!(cut > 100 && finished > 8, "{cut} copies were cut off, {finished} finished with the same stores");
}

/// A process that was not stopped stores a payment meanwhile: the copy lacks it, and is not used.
#[tokio::test]
async fn f51_i10_a_copy_of_a_store_in_use_is_refused() {
    let calls = AtomicUsize::new(0);
    let (source, target) = (filled().await, MemoryStore::new());
    let used = source.clone();
    let fault = move |call: StoreCall| {
        // After the first look at all rows, and before the last.
        if call == StoreCall::Rows && calls.fetch_add(1, Ordering::SeqCst) == 12 {
            let step = Commit::new(reference("c"), Seq::ZERO).entry(*b"late");
            ready(used.commit(step)).expect("stored");
        }
        StoreFault::None
    };
    let result = copy(&HookedStore::new(source.clone()).fault(fault), &target).await;
    assert!(matches!(result, Err(CopyError::Changed)), "{result:?}");
    assert_eq!((is_live(&source).await, is_live(&target).await), (true, false));
    assert_eq!(source.list_payments(None, 9).await.expect("read").len(), 3);
    assert!(matches!(copy(&source, &target).await, Err(CopyError::NotEmpty)));
    assert!(copy(&source, &MemoryStore::new()).await.is_ok());
}
