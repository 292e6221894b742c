//! A look-up after an unknown outcome, which only the service's clock or a person concludes.
//!
//! The request whose outcome is unknown may still be carried out for a while. A list that lacks its object
//! proves nothing during that time, and the driver's clock cannot measure it: another process with another
//! clock may have sent the request, or may read the next list. So the first list that lacks the object is
//! recorded with the service's time, and a later list concludes only if enough of the service's time has
//! passed in between.

use kakaopay_types::Timestamp;
use serde::{Deserialize, Serialize};

use crate::schedule::{
    CHARGE_LATE_SECONDS, CLOCKLESS_SECONDS, REFUND_LATE_SECONDS, SLACK_SECONDS, WATCH_SECONDS, has_waited,
};
use crate::service_time::ServiceTime;

/// A look-up for an object that may still appear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LookUp {
    /// When it began, by the driver's clock, which only plans polls and raises alerts.
    pub(crate) since: Timestamp,
    /// The entry that began it. A reading that was requested before it does not count.
    seq: u64,
    /// The first reading that lacked the object.
    first: Option<FirstReading>,
    /// The first complete reading that lacked the object.
    first_complete: Option<FirstReading>,
    /// The entry in which a person decided that the object will not appear, which counts where the service tells
    /// no time.
    decided: Option<u64>,
}

/// A recorded reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct FirstReading {
    /// When it was handled, by the driver's clock, which only plans polls.
    at: Timestamp,
    served_at: ServiceTime,
}

/// A reading of a list, from its first page to its last, that lacks the object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// The payment's last entry when it was requested.
    pub(crate) after_seq: u64,
    /// When its first page was served.
    pub(crate) served_at: ServiceTime,
    /// Whether each element could be decoded and none is missing.
    pub(crate) complete: bool,
}

/// How much of the service's time must pass, in seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Between two complete readings.
    pub(crate) complete: i64,
    /// Between two readings of which one is incomplete. `None` if these never conclude.
    pub(crate) incomplete: Option<i64>,
}

impl Patience {
    /// For a charge that was requested. The buyer cannot pay one that no list shows, having never been
    /// redirected to it, so an unreadable element only delays the next attempt.
    pub(crate) const CHARGE: Self = Self { complete: CHARGE_LATE_SECONDS, incomplete: Some(900) };
    /// For duplicates, after the payment went on without them.
    pub(crate) const DUPLICATE_CHARGE: Self = Self { complete: WATCH_SECONDS, incomplete: Some(86_400) };
    /// For a refund that was requested. An unreadable element may be the refund, which would be made twice.
    pub(crate) const REFUND: Self = Self { complete: REFUND_LATE_SECONDS, incomplete: None };
    /// For the refund of an earlier request, after the refund went on without it.
    pub(crate) const DUPLICATE_REFUND: Self = Self { complete: WATCH_SECONDS, incomplete: None };
}

/// The conclusion from a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It was requested before the look-up began.
    Stale,
    /// It is the first of its kind, and is to be recorded.
    First,
    /// Too little of the service's time has passed.
    TooEarly,
    /// The service's time is unknown or stands still, so that only a person can decide.
    NoClock,
    /// The object does not exist and will not appear.
    Conclusive,
}

impl LookUp {
    /// Begins a look-up with the entry `seq`.
    pub(crate) fn begin(seq: u64, at: Timestamp) -> Self {
        Self { since: at, seq, first: None, first_complete: None, decided: None }
    }

    /// Takes the decision of a person in the entry `seq`, which replaces the service's time where there is none.
    pub(crate) fn decide(&mut self, seq: u64) {
        self.decided = Some(seq);
    }

    /// Records a reading that [is the first](Verdict::First) of its kind.
    pub(crate) fn note(&mut self, served_at: ServiceTime, complete: bool, at: Timestamp) {
        let reading = FirstReading { at, served_at };
        self.first.get_or_insert(reading);
        if complete {
            self.first_complete.get_or_insert(reading);
        }
    }

    /// Judges a reading.
    pub(crate) fn judge(&self, reading: &Reading, patience: Patience, now: Timestamp) -> Verdict {
        if reading.after_seq < self.seq {
            return Verdict::Stale;
        }
        let passed = |first: Option<FirstReading>| {
            first.and_then(|first| reading.served_at.millis_since(first.served_at))
        };
        let enough = |first, seconds: Option<i64>| {
            let limit = seconds.map(|seconds| seconds.saturating_mul(1_000));
            passed(first).zip(limit).is_some_and(|(passed, limit)| passed >= limit)
        };
        let complete = Some(patience.complete).filter(|_| reading.complete);
        if enough(self.first_complete, complete) || enough(self.first, patience.incomplete) {
            return Verdict::Conclusive;
        }
        if self.first.is_none() || (reading.complete && self.first_complete.is_none()) {
            return Verdict::First;
        }
        if passed(self.first).is_some_and(|passed| passed > 0) {
            return Verdict::TooEarly;
        }
        let decided = self.decided.is_some_and(|seq| reading.after_seq >= seq);
        let readable = reading.complete || patience.incomplete.is_some();
        if decided && readable {
            Verdict::Conclusive
        } else if has_waited(self.since, now) {
            Verdict::NoClock
        } else {
            Verdict::TooEarly
        }
    }

    /// Returns when the next reading is due, by the driver's clock: when it may conclude, or when a person must
    /// be asked because the service tells no time. Returns `None` before the first reading.
    pub(crate) fn due_at(&self, patience: Patience) -> Option<Timestamp> {
        let first = self.first_complete.or(self.first)?;
        Some(if first.served_at.is_known() {
            first.at.saturating_add_seconds(patience.complete.saturating_add(SLACK_SECONDS))
        } else {
            self.since.saturating_add_seconds(CLOCKLESS_SECONDS)
        })
    }
}
