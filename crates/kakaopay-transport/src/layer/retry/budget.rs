//! The retry budget.

use std::sync::atomic::{AtomicU32, Ordering};

/// Number of calls per retry: retries add at most a fifth to the load.
const CALLS_PER_RETRY: u32 = 5;
/// Maximum number of retries saved up, and the number available at the start.
const MAX_SAVED: u32 = 10;

/// Limits retries to a share of all calls, so that retries do not overload a failing service.
///
/// The balance is counted in calls: each call adds one, and each retry takes [`CALLS_PER_RETRY`].
#[derive(Debug)]
pub(super) struct Budget(AtomicU32);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(CALLS_PER_RETRY * MAX_SAVED))
    }
}

impl Budget {
    /// Adds a call to the balance.
    pub(super) fn deposit(&self) {
        let more = |balance: u32| (balance < CALLS_PER_RETRY * MAX_SAVED).then_some(balance + 1);
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// Takes a retry from the balance. Returns `false` if the balance is too low.
    pub(super) fn withdraw(&self) -> bool {
        let less = |balance: u32| balance.checked_sub(CALLS_PER_RETRY);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f21_retries_are_at_most_a_fifth_of_calls() {
        let budget = Budget::default();
        let mut retries = 0;
        for _ in 0..1_000 {
            budget.deposit();
            while budget.withdraw() {
                retries += 1;
            }
        }
        // The balance is full at the start.
        assert_eq!(retries, 999 / CALLS_PER_RETRY + MAX_SAVED);
        // The balance stays bounded.
        for _ in 0..1_000 {
            budget.deposit();
        }
        assert_eq!(std::iter::repeat_with(|| budget.withdraw()).take_while(|taken| *taken).count(), 10);
    }
}
