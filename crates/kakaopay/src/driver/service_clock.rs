//! The service's clock, as its responses tell it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kakaopay_types::Timestamp;
use tokio::time::Instant;

/// The service's clock.
#[derive(Debug, Default)]
pub(crate) struct ServiceClock(Mutex<Option<Reading>>);

/// The `Date` of a response.
#[derive(Debug, Clone, Copy)]
struct Reading {
    date: Timestamp,
    /// When the response arrived, by the clock of this process.
    arrived: Timestamp,
    at: Instant,
}

impl ServiceClock {
    /// Takes in the `Date` of a response that has just arrived.
    pub(crate) fn note(&self, date: Option<Timestamp>, arrived: Timestamp) {
        let Some(date) = date else { return };
        *self.reading() = Some(Reading { date, arrived, at: Instant::now() });
    }

    /// Returns the service's time, or an earlier one: a time for which this process was suspended may be missing. `None`
    /// before a response has shown it.
    pub(crate) fn now(&self) -> Option<Timestamp> {
        let Reading { date, at, .. } = (*self.reading())?;
        let passed = i64::try_from(at.elapsed().as_millis()).unwrap_or(i64::MAX);
        Some(date.saturating_add_millis(passed))
    }

    /// Returns how far the clock of this process was off when the last response arrived, in either direction. A second
    /// of it is the precision of `Date`, and a slow response adds to it.
    pub(crate) fn off(&self) -> Option<Duration> {
        let Reading { date, arrived, .. } = (*self.reading())?;
        Some(Duration::from_millis(arrived.millis_since(date).unsigned_abs()))
    }

    fn reading(&self) -> std::sync::MutexGuard<'_, Option<Reading>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn f53_the_services_time_goes_on_by_the_monotonic_clock() {
        let at = |seconds| Timestamp::UNIX_EPOCH.saturating_add_seconds(seconds);
        let clock = ServiceClock::default();
        clock.note(None, at(0));
        assert_eq!((clock.now(), clock.off()), (None, None));
        clock.note(Some(at(1_000)), at(90_000));
        tokio::time::advance(Duration::from_secs(7)).await;
        assert_eq!(clock.now(), Some(at(1_007)));
        assert_eq!(clock.off(), Some(Duration::from_secs(89_000)));
        // The service set its clock back, and a response without a `Date` changes nothing.
        clock.note(Some(at(900)), at(898));
        clock.note(None, at(5_000));
        assert_eq!((clock.now(), clock.off()), (Some(at(900)), Some(Duration::from_secs(2))));
    }
}
