//! How many further attempts may be made, for how many calls.

use std::sync::atomic::{AtomicU32, Ordering};

/// How many calls pay for one further attempt: a fifth of all, at the most, comes on top.
const CALLS: u32 = 5;
/// How many further attempts can be saved up, and may be made before any call has paid.
const SAVED: u32 = 10;

/// What further attempts may cost, so that a service in trouble is not asked twice as often for it.
#[derive(Debug)]
pub(super) struct Budget(AtomicU32);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(CALLS * SAVED))
    }
}

impl Budget {
    /// A call is made.
    pub(super) fn pay_in(&self) {
        let more = |paid: u32| (paid < CALLS * SAVED).then_some(paid + 1);
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// A further attempt is to be made; whether it may.
    pub(super) fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |paid| paid.checked_sub(CALLS)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f21_a_fifth_comes_on_top_at_the_most() {
        let budget = Budget::default();
        let mut further = 0;
        for _ in 0..1_000 {
            budget.pay_in();
            while budget.take() {
                further += 1;
            }
        }
        // The first call finds all saved that can be.
        assert_eq!(further, 999 / CALLS + SAVED);
        // What was not used is not saved for ever.
        for _ in 0..1_000 {
            budget.pay_in();
        }
        assert_eq!(std::iter::repeat_with(|| budget.take()).take_while(|taken| *taken).count(), 10);
    }
}
