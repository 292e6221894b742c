//! Notices that the clock of a store was set back.

use std::sync::atomic::{AtomicI64, Ordering};

use kakaopay_types::Timestamp;

/// How far a clock may fall behind the highest time without having been set back, in milliseconds.
const TOLERANCE: i64 = 1_000;

/// A time that a store's clock has shown before.
#[derive(Debug, Clone, Copy)]
pub struct SoFar(i64);

/// The highest time that a store's clock has shown to this process.
#[derive(Debug)]
pub struct HighestTime(AtomicI64);

impl Clone for HighestTime {
    fn clone(&self) -> Self {
        Self(AtomicI64::new(self.0.load(Ordering::SeqCst)))
    }
}

impl HighestTime {
    /// No time seen yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }

    /// The highest time so far, to be read before the clock is: another thread may read the clock in between.
    #[must_use]
    pub fn so_far(&self) -> SoFar {
        SoFar(self.0.load(Ordering::SeqCst))
    }

    /// Remembers what the clock shows. Returns whether it was set back since a time `so_far`: then rows that were set
    /// in its future are to be corrected.
    #[must_use]
    pub fn was_set_back(&self, so_far: SoFar, now: Timestamp) -> bool {
        let now = now.unix_millis();
        self.0.fetch_max(now, Ordering::SeqCst);
        now.saturating_add(TOLERANCE) < so_far.0
    }

    /// Begins again at `now`, after the rows were corrected.
    pub fn corrected(&self, now: Timestamp) {
        self.0.store(now.unix_millis(), Ordering::SeqCst);
    }
}

impl Default for HighestTime {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f53_a_clock_is_set_back_if_it_falls_by_more_than_a_second() {
        let highest = HighestTime::new();
        let at = |millis| Timestamp::from_unix_millis(millis).expect("a time");
        for (now, set_back) in [(5_000, false), (4_000, false), (3_999, true), (3_999, true), (9_000, false)]
        {
            assert_eq!(highest.was_set_back(highest.so_far(), at(now)), set_back, "{now}");
        }
        assert!(highest.was_set_back(highest.so_far(), at(5_000)));
        highest.corrected(at(5_000));
        let early = highest.so_far();
        assert!(!highest.was_set_back(early, at(9_000)));
        // Read before the 9 s, and late to say so.
        assert!(!highest.was_set_back(early, at(5_000)));
        assert!(highest.was_set_back(highest.so_far(), at(5_000)));
    }
}
