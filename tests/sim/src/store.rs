//! A store that fails now and then.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kakaopay::store::{MemoryStore, StoreErrorKind};
use kakaopay_hooked_store::{HookedStore, StoreCall, StoreFault};
use kakaopay_types::{StoreId, Timestamp};

use crate::choices::Choices;

/// The store of all processes.
pub type FaultyStore = HookedStore<MemoryStore>;

/// An empty store that fails now and then while the switch is set: before its work, or after it. `now` is the time of
/// its clock, in milliseconds since 1970, and `jobs` counts the jobs that were done.
#[must_use]
pub fn faulty_store(
    id: &StoreId,
    choices: Choices,
    trouble: Arc<AtomicBool>,
    now: impl Fn() -> i64 + Send + Sync + 'static,
    jobs: Arc<AtomicU64>,
) -> FaultyStore {
    let choices = Mutex::new(choices);
    let clock = move || Timestamp::from_unix_millis(now()).unwrap_or(Timestamp::UNIX_EPOCH);
    let count = move |call| {
        if call == StoreCall::RescheduleJob {
            jobs.fetch_add(1, Ordering::SeqCst);
        }
    };
    HookedStore::new(MemoryStore::with_id(id).with_clock(clock)).after(count).fault(move |_| {
        let mut choices = choices.lock().unwrap_or_else(PoisonError::into_inner);
        if !trouble.load(Ordering::SeqCst) || !choices.percent(20) {
            return StoreFault::None;
        }
        match choices.between(0, 3) {
            0 => StoreFault::Before(StoreErrorKind::Busy),
            1 => StoreFault::Before(StoreErrorKind::Io),
            _ => StoreFault::After(StoreErrorKind::Io),
        }
    })
}

/// The output of a future that never waits, such as those of the store in memory.
pub(crate) fn ready<T, E: std::fmt::Debug>(future: impl Future<Output = Result<T, E>>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(output) => output.expect("no faults"),
        std::task::Poll::Pending => unreachable!("nothing here waits"),
    }
}
