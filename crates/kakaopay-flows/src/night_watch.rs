//! The watch for late money that is to be refunded: charges are read before the refund window closes.

use kakaopay_types::{ChargeId, Timestamp};

use crate::schedule::next_night_read;
use crate::state::duplicate_charge::DuplicateCharge;
use crate::state::lifecycle::{Pending, State};
use crate::state::model::Model;

const DAY_SECONDS: i64 = 86_400;

/// Returns the next read of a night, or `None` if none is due.
pub(crate) fn next_read(model: &Model, now: Timestamp) -> Option<Timestamp> {
    let next = next_night_read(now, model.intent.jitter_seed);
    let is_cancelled = |own: &Pending| {
        model.cancel.wish.is_some()
            && model.refunds_late(own.attempt)
            && is_watched(own.since, own.until, next)
    };
    let is_open = |other: &DuplicateCharge| other.end.is_none() && model.refunds_late(other.attempt);
    let is_due = matches!(&model.state, State::Pending(own) if is_cancelled(own))
        || model.duplicates.values().any(is_open)
        || ended(model, next).next().is_some();
    is_due.then_some(next)
}

/// Returns the charges that have ended unpaid, of whatever attempt, and are read at night.
pub(crate) fn ended(model: &Model, now: Timestamp) -> impl Iterator<Item = &ChargeId> {
    let own = match &model.state {
        State::Failed { pending, .. } | State::Expired(pending) | State::Cancelled(Some(pending)) => {
            Some((&pending.charge, pending.attempt, pending.since, pending.until))
        }
        _ => None,
    };
    let others = model.duplicates.iter().filter(|(_, other)| other.end.is_some() && other.paid.is_none());
    let others = others.map(|(charge, other)| (charge, other.attempt, other.since, other.expires_at));
    let watched = own.into_iter().chain(others).filter(move |(_, attempt, since, until)| {
        model.refunds_late(*attempt) && is_watched(*since, *until, now)
    });
    watched.map(|(charge, ..)| charge)
}

/// Returns whether a charge could have been paid until less than a day ago.
fn is_watched(since: Timestamp, until: Option<Timestamp>, now: Timestamp) -> bool {
    let until = until.unwrap_or_else(|| since.saturating_add_seconds(7 * DAY_SECONDS));
    now < until.saturating_add_seconds(DAY_SECONDS)
}
