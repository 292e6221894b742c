//! The schedule of polls, and the timeouts of requests and searches.

use kakaopay_types::{RefundWindow, Timestamp};

/// Seconds between polls: short while the buyer is on the page, then longer. The last repeats.
const DELAYS: [i64; 10] = [2, 5, 10, 20, 40, 60, 120, 300, 900, 3_600];

/// Seconds between polls after `expires_at`. The last repeats.
const AFTER_EXPIRY: [i64; 3] = [60, 900, 86_400];

/// The longest delay between an entry and the sending of its mutation, in seconds by the driver's clock. A
/// later mutation must not be sent: the payment may be about to treat its outcome as unknown.
pub const MAX_SEND_DELAY_SECONDS: i64 = 15;

/// Timeout of a mutation, after which its outcome counts as unknown: the delay before sending, and the
/// client's own timeout of a minute, which is also the longest documented time of a bank.
pub(crate) const RESPONSE_TIMEOUT_SECONDS: i64 = MAX_SEND_DELAY_SECONDS + 60;

/// Delay of the second poll after evidence.
pub(crate) const SOON_SECONDS: i64 = 10;

/// How long after an unknown outcome a charge may still appear in a list, by the service's clock. It exceeds
/// [`RESPONSE_TIMEOUT_SECONDS`], so that the request has left by then or never will.
pub(crate) const CHARGE_LATE_SECONDS: i64 = 90;

/// How long after an unknown outcome a refund may still appear in a list, by the service's clock. The client's
/// timeout is a minute; a service that made the refund even later was never observed, and would refund twice.
pub(crate) const REFUND_LATE_SECONDS: i64 = MAX_LATE_SECONDS;

/// How long after a mutation was sent the service may still carry it out, in seconds. A store that was restored may lack
/// such a mutation: until then its steps are [`Input::StoreIsOlder`](crate::Input::StoreIsOlder).
pub const MAX_LATE_SECONDS: i64 = 600;

/// How long a look-up goes on, by the driver's clock, before a person is asked because the service tells no time.
pub(crate) const CLOCKLESS_SECONDS: i64 = 900;

/// Error of the difference of two instants by the service's clock: whole seconds, and network delay.
pub(crate) const SLACK_SECONDS: i64 = 2;

/// How far the clock may be behind a start, as when it wavers or another process recorded the start.
const WAVER_SECONDS: i64 = 5;

/// Seconds between polls while the clock is behind the start of the schedule by less than an hour, and by more. When
/// the object really began is unknown then.
const SKEWED_SECONDS: [i64; 2] = [60, 300];

/// How far the clock may be behind the start of a request or a look-up until its age counts as unknown.
const UNKNOWN_AGE_SECONDS: i64 = 300;

/// Returns the first poll after `now` of an object that began at `start` and ends at `expires_at`.
///
/// It is a pure function, so that a restart at any instant continues the same schedule.
pub(crate) fn next_poll(
    start: Timestamp,
    expires_at: Option<Timestamp>,
    now: Timestamp,
    seed: u64,
) -> Timestamp {
    let is_over = expires_at.is_some_and(|end| now >= end);
    let behind = start.millis_since(now) / 1_000;
    if behind > WAVER_SECONDS && !is_over {
        let [soon, later] = SKEWED_SECONDS;
        return now.saturating_add_seconds(if behind < 3_600 { soon } else { later });
    }
    let end = expires_at.unwrap_or_else(|| start.saturating_add_seconds(7 * 86_400));
    if now < end {
        let next = first_after(start, &DELAYS, now, Some(seed));
        if next < end {
            return next;
        }
    }
    first_after(end, &AFTER_EXPIRY, now, None)
}

/// Returns the next read before the refund window closes at 00:15 UTC+8: soon after 00:00 and 00:10 UTC+8.
pub(crate) fn next_night_read(now: Timestamp, seed: u64) -> Timestamp {
    let closes_at = RefundWindow::closes_at(now);
    // Of the window that closes next, and of the one after it.
    let windows = [closes_at.saturating_add_seconds(-86_400), closes_at];
    let jitter = fastrand::Rng::with_seed(seed).i64(0..60_000);
    let reads = windows.into_iter().flat_map(|closes_at| [900, 300].map(|before| (closes_at, before)));
    let reads = reads.map(|(closes_at, before)| closes_at.saturating_add_millis(jitter - before * 1_000));
    reads.into_iter().find(|at| *at > now).unwrap_or(closes_at)
}

/// Returns whether the refund window of the day before is about to close: it is after 00:00 and before 00:15 UTC+8.
pub(crate) fn is_night(now: Timestamp) -> bool {
    RefundWindow::closes_at(now).saturating_add_seconds(-86_400) > now
}

/// Returns whether `start` is so far ahead of `now` that the clock was set back, or that `start` is by
/// another machine's clock. A schedule that counts from there would begin too late.
fn is_ahead(start: Timestamp, now: Timestamp) -> bool {
    start.saturating_add_seconds(-UNKNOWN_AGE_SECONDS) > now
}

/// Returns whether a look-up of `since` has gone on for so long that a person is asked where the service tells no
/// time. If the clock was set back, its age is unknown.
pub(crate) fn has_waited(since: Timestamp, now: Timestamp) -> bool {
    has_passed(since, CLOCKLESS_SECONDS, now)
}

/// Returns whether so many seconds have passed. If the clock was set back, it counts as so, since the age is unknown.
pub(crate) fn has_passed(since: Timestamp, seconds: i64, now: Timestamp) -> bool {
    now >= since.saturating_add_seconds(seconds) || is_ahead(since, now)
}

/// Returns whether the request of `since` has timed out. If the clock was set back, it counts as timed out,
/// since its age is unknown.
pub(crate) fn is_timed_out(since: Timestamp, now: Timestamp) -> bool {
    has_passed(since, RESPONSE_TIMEOUT_SECONDS, now)
}

/// Returns when the request of `since` times out.
pub(crate) fn response_due(since: Timestamp, now: Timestamp) -> Timestamp {
    if is_ahead(since, now) { now } else { since.saturating_add_seconds(RESPONSE_TIMEOUT_SECONDS) }
}

/// Returns the first instant after `now` of a schedule that begins at `start`.
fn first_after(start: Timestamp, delays: &[i64], now: Timestamp, seed: Option<u64>) -> Timestamp {
    let last = delays.last().copied().unwrap_or(3_600).saturating_mul(1_000);
    let mut at = start;
    for (index, delay) in (0_u64..).zip(delays) {
        at = at.saturating_add_millis(jittered(delay.saturating_mul(1_000), seed, index));
        if at > now {
            return at;
        }
    }
    // The tail repeats at a fixed interval, so that years of it cost one division.
    let jitter = jittered(last, seed, u64::MAX);
    let passed = now.millis_since(at) / jitter;
    at.saturating_add_millis(passed.saturating_add(1).saturating_mul(jitter))
}

/// Lengthens or shortens a delay in milliseconds by up to 20 %. `None` leaves it unchanged.
fn jittered(millis: i64, seed: Option<u64>, index: u64) -> i64 {
    let Some(seed) = seed else { return millis };
    let permille = fastrand::Rng::with_seed(seed.wrapping_add(index)).i64(800..=1_200);
    millis.saturating_mul(permille) / 1_000
}

/// How long to watch for a duplicate after the payment or the refund went on without it, by the service's clock.
/// A lost request may still be in flight; one that took longer than this was never observed.
pub(crate) const WATCH_SECONDS: i64 = 900;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn polls(seed: u64, expires_at: i64, until: i64) -> Vec<i64> {
        let end = START.saturating_add_seconds(expires_at);
        let mut at = START;
        std::iter::from_fn(|| {
            at = next_poll(START, Some(end), at, seed);
            (at.unix_seconds() < until).then(|| at.unix_millis())
        })
        .collect()
    }

    proptest! {
        #[test]
        fn each_poll_keeps_to_its_planned_delay(seed in any::<u64>()) {
            let found = polls(seed, 604_800, 604_800);
            let mut at = 0;
            for (index, poll) in found.iter().enumerate() {
                let delay = DELAYS[index.min(DELAYS.len() - 1)] * 1_000;
                let step = poll - at;
                prop_assert!(step * 10 >= delay * 8 && step * 10 <= delay * 12, "{step} ms, planned: {delay}");
                at = *poll;
            }
            prop_assert!(found.len() > 100, "too few polls in a week: {}", found.len());
        }

        #[test]
        fn a_restart_continues_the_same_schedule(seed in any::<u64>(), now in 0_i64..800_000_000) {
            let end = START.saturating_add_seconds(604_800);
            let now = START.saturating_add_millis(now);
            let next = next_poll(START, Some(end), now, seed);
            prop_assert!(next > now);
            // No poll lies in between: an instant before it, the next poll is the same.
            prop_assert_eq!(next_poll(START, Some(end), next.saturating_add_millis(-1), seed), next);
        }

        #[test]
        fn f15_the_next_poll_is_later_by_any_two_clocks(start in any::<i64>(), now in any::<i64>(), seed in any::<u64>()) {
            let start = START.saturating_add_millis(start / 2);
            let now = START.saturating_add_millis(now / 2);
            let next = next_poll(start, None, now, seed);
            prop_assert!(next > now || next == START.saturating_add_millis(i64::MAX));
        }
    }

    /// A poll at the very end gives way to the first poll after it.
    #[test]
    fn no_poll_is_at_the_expiry_itself() {
        for seed in 0..10 {
            let next = next_poll(START, None, START, seed);
            let end = START.saturating_add_seconds(60).saturating_add_millis(next.unix_millis());
            assert_eq!(next_poll(START, Some(next), START, seed), end);
        }
    }

    #[test]
    fn polls_after_expiry_slow_down() {
        let after: Vec<i64> = polls(7, 100, 300_000).into_iter().filter(|at| *at >= 100_000).collect();
        assert_eq!(after, [160_000, 1_060_000, 87_460_000, 173_860_000, 260_260_000]);
    }
}
