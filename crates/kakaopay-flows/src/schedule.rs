//! When to look again.

use kakaopay_types::Timestamp;

/// Seconds between looks: quick while the buyer is on the page, then ever slower. The last repeats.
const DELAYS: [i64; 10] = [2, 5, 10, 20, 40, 60, 120, 300, 900, 3_600];

/// Seconds after `expires_at` at which to look for the end. The last repeats.
const AFTER_EXPIRY: [i64; 3] = [60, 900, 86_400];

/// How long after its entry was made, by the driver's clock, a request that changes something may still
/// leave, in seconds. Later it must not: the payment may be about to take it for lost.
pub const MAX_SEND_DELAY_SECONDS: i64 = 15;

/// How long an answer may take before its outcome counts as unknown: what it takes to leave, and the
/// longest a bank was ever said to need, which is also the client's own deadline.
pub(crate) const ANSWER_SECONDS: i64 = MAX_SEND_DELAY_SECONDS + 60;

/// How soon to look again after a reason to look.
pub(crate) const SOON_SECONDS: i64 = 10;

/// How long after an unknown outcome a charge may still appear in a list.
pub(crate) const CHARGE_LATE_SECONDS: i64 = 90;
/// How long after an unknown outcome a refund may still appear. The client gives a request up after a
/// minute; that the service carries it out later than this was never seen, and would pay twice.
pub(crate) const REFUND_LATE_SECONDS: i64 = 600;

/// How often to look while the clock is behind the beginning.
const SKEWED_SECONDS: i64 = 300;

/// The next moment to look, after `now`, at something that began at `start` and ends at `expires_at`.
///
/// A function of its arguments alone, so that a restart at any moment goes on with the same plan.
pub(crate) fn next_look(
    start: Timestamp,
    expires_at: Option<Timestamp>,
    now: Timestamp,
    seed: u64,
) -> Timestamp {
    if is_ahead(start, now) {
        return now.saturating_add_seconds(SKEWED_SECONDS);
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

/// Whether something began so far ahead of now that the clock was set back since, or is another
/// machine's: a plan that counts from there would begin in its own time.
fn is_ahead(start: Timestamp, now: Timestamp) -> bool {
    start.saturating_add_seconds(-SKEWED_SECONDS) > now
}

/// Whether the answer to what left at `since` is late. Where the clock was set back, nobody can say,
/// and it counts as late.
pub(crate) fn is_answer_late(since: Timestamp, now: Timestamp) -> bool {
    now >= since.saturating_add_seconds(ANSWER_SECONDS) || is_ahead(since, now)
}

/// When the answer to what left at `since` is late.
pub(crate) fn answer_due(since: Timestamp, now: Timestamp) -> Timestamp {
    if is_ahead(since, now) { now } else { since.saturating_add_seconds(ANSWER_SECONDS) }
}

/// The first moment of a plan that lies after `now`.
fn first_after(start: Timestamp, delays: &[i64], now: Timestamp, seed: Option<u64>) -> Timestamp {
    let last = delays.last().copied().unwrap_or(3_600).saturating_mul(1_000);
    let mut at = start;
    for (index, delay) in (0_u64..).zip(delays) {
        at = at.saturating_add_millis(jittered(delay.saturating_mul(1_000), seed, index));
        if at > now {
            return at;
        }
    }
    // The tail repeats at a fixed pace, so that years of it cost no more than one division.
    let jitter = jittered(last, seed, u64::MAX);
    let passed = now.millis_since(at) / jitter;
    at.saturating_add_millis(passed.saturating_add(1).saturating_mul(jitter))
}

/// A delay in milliseconds, made up to 20 % longer or shorter.
fn jittered(millis: i64, seed: Option<u64>, index: u64) -> i64 {
    let Some(seed) = seed else { return millis };
    let permille = fastrand::Rng::with_seed(seed.wrapping_add(index)).i64(800..=1_200);
    millis.saturating_mul(permille) / 1_000
}

/// How long charges of other attempts are searched for. An attempt that seemed lost may still be under
/// way; that one is later than this was never seen.
const SEARCH_SECONDS: i64 = 900;

/// When a search can first conclude that there is nothing more to find.
pub(crate) fn search_settled(since: Timestamp) -> Timestamp {
    since.saturating_add_seconds(SEARCH_SECONDS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn looks(seed: u64, expires_at: i64, until: i64) -> Vec<i64> {
        let end = START.saturating_add_seconds(expires_at);
        let mut at = START;
        std::iter::from_fn(|| {
            at = next_look(START, Some(end), at, seed);
            (at.unix_seconds() < until).then(|| at.unix_millis())
        })
        .collect()
    }

    proptest! {
        #[test]
        fn the_next_look_is_later_and_within_the_plan(seed in any::<u64>()) {
            let found = looks(seed, 604_800, 604_800);
            let mut at = 0;
            for (index, look) in found.iter().enumerate() {
                let delay = DELAYS[index.min(DELAYS.len() - 1)] * 1_000;
                let step = look - at;
                prop_assert!(step * 10 >= delay * 8 && step * 10 <= delay * 12, "{step} ms where {delay} is planned");
                at = *look;
            }
            prop_assert!(found.len() > 100, "a week has that many looks: {}", found.len());
        }

        #[test]
        fn a_restart_goes_on_with_the_same_plan(seed in any::<u64>(), now in 0_i64..800_000_000) {
            let end = START.saturating_add_seconds(604_800);
            let now = START.saturating_add_millis(now);
            let next = next_look(START, Some(end), now, seed);
            prop_assert!(next > now);
            // Nothing of the plan lies in between: asking again just before it gives the same.
            prop_assert_eq!(next_look(START, Some(end), next.saturating_add_millis(-1), seed), next);
        }

        #[test]
        fn f15_any_two_clocks_give_a_later_look(start in any::<i64>(), now in any::<i64>(), seed in any::<u64>()) {
            let start = START.saturating_add_millis(start / 2);
            let now = START.saturating_add_millis(now / 2);
            let next = next_look(start, None, now, seed);
            prop_assert!(next > now || next == START.saturating_add_millis(i64::MAX));
        }
    }

    /// A look that would fall on the very end is one of those after it.
    #[test]
    fn a_look_at_the_end_itself_is_left_out() {
        for seed in 0..10 {
            let next = next_look(START, None, START, seed);
            let end = START.saturating_add_seconds(60).saturating_add_millis(next.unix_millis());
            assert_eq!(next_look(START, Some(next), START, seed), end);
        }
    }

    #[test]
    fn after_expiry_the_end_is_looked_for_without_hurry() {
        let after: Vec<i64> = looks(7, 100, 300_000).into_iter().filter(|at| *at >= 100_000).collect();
        assert_eq!(after, [160_000, 1_060_000, 87_460_000, 173_860_000, 260_260_000]);
    }
}
