//! The changes that records about the payment's own charge make to its state.

use std::num::NonZeroU32;

use kakaopay_types::Timestamp;

use crate::intent::{Intent, SourceMode};
use crate::journal::record::Record;
use crate::refusal::Refusal;
use crate::state::lifecycle::{Creating, Pending, Stage, State};
use crate::state::look_up::LookUp;

/// Returns the first stage of an attempt.
pub(crate) fn creating(intent: &Intent, attempts: NonZeroU32, since: Timestamp) -> Creating {
    let (stage, source) = match &intent.source {
        SourceMode::Inline(_) => (Stage::Charge, None),
        SourceMode::Separate(_) => (Stage::Source, None),
        SourceMode::Existing(source) => (Stage::Charge, Some(source.clone())),
    };
    Creating { stage, attempts, source, since, refusal: None, look_up: None }
}

/// Returns the state that follows `Creating`, or `Some(None)` if the payment stays there.
pub(crate) fn from_creating(
    creating: &mut Creating,
    record: &Record,
    (seq, at): (u64, Timestamp),
) -> Option<Option<State>> {
    let stage = match record {
        Record::SourceRequested => Stage::Source,
        Record::SourceCreated { source } => {
            creating.source = Some(source.clone());
            creating.stage
        }
        Record::ChargeRequested { attempt } => {
            (creating.attempts, creating.refusal) = (*attempt, None);
            Stage::Charge
        }
        Record::ChargeNotSent => Stage::NotSent,
        Record::OutcomeUnknown => Stage::Searching,
        Record::RefusedAfterUnknown { code, message } => {
            creating.refusal = Some(Refusal { code: code.clone(), message: message.clone() });
            Stage::Searching
        }
        Record::Blocked => Stage::Blocked,
        Record::ChargeFound { charge, attempt, authorize_uri, expires_at, lifetime } => {
            return Some(Some(State::Pending(Pending {
                charge: charge.clone(),
                attempt: *attempt,
                authorize_uri: authorize_uri.clone(),
                expires_at: *expires_at,
                since: at,
                until: until(*expires_at, *lifetime, at),
            })));
        }
        Record::Refused { code, message } => {
            return Some(Some(State::Refused { code: code.clone(), message: message.clone() }));
        }
        Record::Cancelled => return Some(Some(State::Cancelled(None))),
        _ => return None,
    };
    creating.stage = stage;
    creating.since = at;
    creating.look_up = (stage == Stage::Searching).then(|| LookUp::begin(seq, at));
    Some(None)
}

/// Returns when a charge expires by the driver's clock: at `expires_at`, or after `lifetime` milliseconds,
/// whichever is later.
fn until(expires_at: Option<Timestamp>, lifetime: Option<i64>, at: Timestamp) -> Option<Timestamp> {
    expires_at.max(lifetime.map(|lifetime| at.saturating_add_millis(lifetime)))
}

/// Returns the state that follows `Pending`, or `Some(None)` if the payment stays there.
pub(crate) fn from_pending(pending: &mut Pending, record: &Record, at: Timestamp) -> Option<Option<State>> {
    let state = match record {
        Record::AuthorizeUriLearned { authorize_uri } => {
            pending.authorize_uri = Some(authorize_uri.clone());
            return Some(None);
        }
        Record::ExpiryLearned { expires_at, lifetime } => {
            pending.expires_at = Some(*expires_at);
            pending.until = until(Some(*expires_at), *lifetime, at);
            return Some(None);
        }
        Record::Successful { paid_at, refunded_in_full } => State::Successful {
            pending: pending.clone(),
            paid_at: *paid_at,
            refunded_in_full: *refunded_in_full,
        },
        Record::Failed { code, message } => {
            State::Failed { pending: pending.clone(), code: code.clone(), message: message.clone() }
        }
        Record::Expired => State::Expired(pending.clone()),
        Record::Cancelled => State::Cancelled(Some(pending.clone())),
        _ => return None,
    };
    Some(Some(state))
}
