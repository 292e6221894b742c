//! How many calls of a kind may be in flight: fewer after the service has limited the rate.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

/// How many calls of a kind may be in flight. It halves with each response 429, down to one, and grows by one with each
/// other response, so that the service's rate is found without a flood.
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
}

impl Window {
    pub(super) fn new(max: usize) -> Self {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        let size = Mutex::new(Size { current: max, excess: 0 });
        Self { semaphore: Arc::new(Semaphore::new(max)), max, size }
    }

    pub(super) fn try_acquire(&self) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        Arc::clone(&self.semaphore).try_acquire_owned()
    }

    pub(super) async fn acquire(&self) -> OwnedSemaphorePermit {
        match Arc::clone(&self.semaphore).acquire_owned().await {
            Ok(permit) => permit,
            Err(_) => unreachable!("the semaphore is never closed"),
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
            size.current -= removed;
            size.excess += removed - self.semaphore.forget_permits(removed);
        });
    }

    pub(super) fn grow(&self) {
        self.change(|size| {
            if size.current == self.max {
                return;
            }
            size.current += 1;
            match size.excess {
                0 => self.semaphore.add_permits(1),
                _ => size.excess -= 1,
            }
        });
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
