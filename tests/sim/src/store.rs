//! A store that fails now and then.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kakaopay::store::{MemoryStore, Seq, StoreErrorKind};
use kakaopay_hooked_store::{HookedStore, StoreCall, StoreFault};
use kakaopay_types::{StoreId, Timestamp};

use crate::choices::Choices;

/// The store of all processes.
pub type FaultyStore = HookedStore<MemoryStore>;

/// The way in which a call of the store fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Before its work.
    Busy,
    /// Before its work.
    Io,
    /// Another writer was faster: before its work. A call that writes no payment is busy instead.
    Conflict,
    /// After its work, so that the caller cannot know.
    IoAfter,
}

/// A call of the store that is going to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedFailure {
    /// The method.
    pub call: StoreCall,
    /// How many calls of the method go well before.
    pub after: u8,
    /// The way in which it fails.
    pub failure: Failure,
}

/// The faults of a store.
#[derive(Debug)]
pub struct Faults {
    trouble: Arc<AtomicBool>,
    planned: Mutex<Vec<PlannedFailure>>,
    choices: Mutex<Choices>,
}

impl Faults {
    /// Faults at random while `trouble` is set.
    #[must_use]
    pub fn new(choices: Choices, trouble: Arc<AtomicBool>) -> Self {
        Self { trouble, planned: Mutex::default(), choices: Mutex::new(choices) }
    }

    /// Plans a failure.
    pub fn plan(&self, failure: PlannedFailure) {
        self.planned().push(failure);
    }

    /// Forgets what was planned.
    pub fn heal(&self) {
        self.planned().clear();
    }

    fn planned(&self) -> MutexGuard<'_, Vec<PlannedFailure>> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, call: StoreCall) -> StoreFault {
        let mut planned = self.planned();
        if let Some(at) = planned.iter().position(|planned| planned.call == call) {
            if planned[at].after == 0 {
                return planned.remove(at).failure.of(call);
            }
            planned[at].after -= 1;
        }
        let mut choices = self.choices.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.trouble.load(Ordering::SeqCst) || !choices.percent(20) {
            return StoreFault::None;
        }
        choices
            .pick(&[Failure::Busy, Failure::Io, Failure::Conflict, Failure::IoAfter, Failure::IoAfter])
            .of(call)
    }
}

impl Failure {
    fn of(self, call: StoreCall) -> StoreFault {
        let writes =
            matches!(call, StoreCall::Commit | StoreCall::CommitDeadline | StoreCall::CommitSnapshot);
        match self {
            Self::Conflict if writes => {
                StoreFault::Before(StoreErrorKind::Conflict { expected: Seq::ZERO, found: Seq::ZERO.next() })
            }
            Self::Busy | Self::Conflict => StoreFault::Before(StoreErrorKind::Busy),
            Self::Io => StoreFault::Before(StoreErrorKind::Io),
            Self::IoAfter => StoreFault::After(StoreErrorKind::Io),
        }
    }
}

/// An empty store with these faults. `now` is the time of its clock, in milliseconds since 1970, and `jobs` counts the
/// jobs that were done.
#[must_use]
pub fn faulty_store(
    id: &StoreId,
    faults: Arc<Faults>,
    now: impl Fn() -> i64 + Send + Sync + 'static,
    jobs: Arc<AtomicU64>,
) -> FaultyStore {
    let clock = move || Timestamp::from_unix_millis(now()).unwrap_or(Timestamp::UNIX_EPOCH);
    let count = move |call| {
        if call == StoreCall::RescheduleJob {
            jobs.fetch_add(1, Ordering::SeqCst);
        }
    };
    let store = HookedStore::new(MemoryStore::with_id(id).with_clock(clock));
    store.after(count).fault(move |call| faults.of(call))
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
