//! Compares this process's clock with the store's and the service's.

use std::time::Duration;

use kakaopay_store::Store;
use kakaopay_types::Timestamp;

use crate::error::Error;
use crate::merchant::Merchant;

/// How far the clock may be off.
const TOLERANCE: Duration = Duration::from_secs(30);

impl<S: Store> Merchant<S> {
    /// Warns if this process's clock was far off the service's at its last response. Nothing goes by the difference.
    pub(super) fn check_service_clock(&self) {
        if let Some(off) = self.engine.service_clock.off().filter(|off| *off > TOLERANCE) {
            self.engine.counters.clock_warned();
            tracing::warn!(
                seconds_off = off.as_secs(),
                "the clock of this process is far off the service's: set it by NTP; until then it may refuse webhooks \
                 as too old"
            );
        }
    }

    /// Warns if this process's clock is far off the store's. Payments go by the store's clock, and go on.
    pub(super) async fn check_clock(&self) -> Result<(), Error> {
        let before = self.now();
        let store = self.engine.store.now().await?;
        if let Some(off) = far_off(store, before, self.now()) {
            self.engine.counters.clock_warned();
            tracing::warn!(
                seconds_off = off.as_secs(),
                clock = %before,
                store_clock = %store,
                "the clock of this process is far off the store's: set both by NTP; until then it may refuse \
                 webhooks as too old, or not send requests"
            );
        }
        Ok(())
    }
}

/// How far the store's clock was off this process's, if far. It was read between the two times.
fn far_off(store: Timestamp, before: Timestamp, after: Timestamp) -> Option<Duration> {
    let off = before.millis_since(store).max(store.millis_since(after));
    let off = Duration::from_millis(u64::try_from(off).unwrap_or(0));
    (off > TOLERANCE).then_some(off)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f53_a_clock_is_far_off_by_more_than_30_s_in_either_direction() {
        let at = |seconds: i64| Timestamp::UNIX_EPOCH.saturating_add_seconds(1_000 + seconds);
        // The store's clock was read within 10 s.
        for (store, expected) in
            [(0, None), (40, None), (41, Some(31)), (-30, None), (-31, Some(31)), (9_000, Some(8_990))]
        {
            let found = far_off(at(store), at(0), at(10));
            assert_eq!(found.map(|off| off.as_secs()), expected, "{store}");
        }
    }
}
