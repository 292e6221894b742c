//! How many calls of a kind may be in flight: fewer after the service has limited the rate.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use tokio::time::{Instant, timeout};

/// Time after which one more call may be in flight although no response came: those in flight may hang.
const GROW_EVERY: Duration = Duration::from_secs(1);

/// How many calls of a kind may be in flight. It halves with each response 429, down to one. It grows by one with each
/// other response, and over time while calls wait, so that the service's rate is found without a flood.
#[derive(Debug)]
pub(super) struct Window {
    semaphore: Arc<Semaphore>,
    max: usize,
    size: Mutex<Size>,
}

#[derive(Debug)]
struct Size {
    current: usize,
    /// Permits in use beyond the size: each is forgotten when its call ends.
    excess: usize,
    /// When it last changed.
    changed: Instant,
}

impl Window {
    pub(super) fn new(max: usize) -> Self {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        let size = Mutex::new(Size { current: max, excess: 0, changed: Instant::now() });
        Self { semaphore: Arc::new(Semaphore::new(max)), max, size }
    }

    pub(super) fn try_acquire(&self) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        Arc::clone(&self.semaphore).try_acquire_owned()
    }

    /// Waits for a permit, in turn. The window grows while it waits.
    pub(super) async fn acquire(&self) -> OwnedSemaphorePermit {
        let mut acquired = pin!(Arc::clone(&self.semaphore).acquire_owned());
        loop {
            match timeout(GROW_EVERY, acquired.as_mut()).await {
                Ok(Ok(permit)) => return permit,
                Ok(Err(_)) => unreachable!("the semaphore is never closed"),
                // Of many that wait, the first lets it grow.
                Err(_) => self.change(|size| {
                    if size.changed.elapsed() >= GROW_EVERY {
                        self.add_one(size);
                    }
                }),
            }
        }
    }

    pub(super) fn release(&self, permit: OwnedSemaphorePermit) {
        self.change(|size| {
            if size.excess > 0 {
                size.excess -= 1;
                permit.forget();
            }
        });
    }

    pub(super) fn shrink(&self) {
        self.change(|size| {
            let removed = size.current - (size.current / 2).max(1);
            size.changed = Instant::now();
            size.current -= removed;
            size.excess += removed - self.semaphore.forget_permits(removed);
        });
    }

    pub(super) fn grow(&self) {
        self.change(|size| self.add_one(size));
    }

    fn add_one(&self, size: &mut Size) {
        if size.current == self.max {
            return;
        }
        size.changed = Instant::now();
        size.current += 1;
        match size.excess {
            0 => self.semaphore.add_permits(1),
            _ => size.excess -= 1,
        }
    }

    fn change(&self, change: impl FnOnce(&mut Size)) {
        change(&mut self.size.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever happens, the calls in flight and the free permits add up to the size and its excess.
        #[test]
        fn f59_i9_permits_are_neither_lost_nor_made(steps in proptest::collection::vec(0_u8..4, 0..200), max in 1_usize..40) {
            let window = Window::new(max);
            let mut in_flight = Vec::new();
            for step in steps {
                match step {
                    0 => in_flight.extend(window.try_acquire()),
                    1 => in_flight.pop().into_iter().for_each(|permit| window.release(permit)),
                    2 => window.shrink(),
                    _ => window.grow(),
                }
                let size = window.size.lock().expect("no panic");
                prop_assert!((1..=max).contains(&size.current));
                prop_assert_eq!(in_flight.len() + window.semaphore.available_permits(), size.current + size.excess);
                // It exceeds the size only by calls that were in flight before.
                prop_assert!(size.excess == 0 || window.semaphore.available_permits() == 0);
            }
        }
    }
}
