//! Another attempt, which the merchant asks for after an unpaid end.

use std::num::NonZeroU32;

use kakaopay_types::Charge;

use crate::error::PayAgainError;
use crate::input::Origin;
use crate::intent::{Intent, SourceMode};
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::rules::requests;
use crate::state::lifecycle::State;
use crate::state::model::{Model, is_of_order};
use crate::transition::{Transition, read};

/// Begins the attempt after `after`. Returns `None` if that is not the one at hand, or has not ended unpaid.
///
/// # Errors
/// [`PayAgainError`] if the payment has no attempt `after`, or another amount is asked for while one is payable.
pub(crate) fn open(
    model: &Model,
    intent: &Intent,
    after: NonZeroU32,
) -> Result<Option<Transition>, PayAgainError> {
    let (attempt, last) = (model.attempt(), model.last_attempt());
    if model.state.is_unpaid_end() && after >= attempt {
        // A restored store may lack the attempt whose end the merchant knows.
        let Some(next) = last.max(after).checked_add(1) else { return Ok(None) };
        return Ok(Some(begin(model, intent.clone(), next)));
    }
    if after > last {
        return Err(PayAgainError::UnknownAttempt { after, attempt });
    }
    let amount = model.intent.amount.money();
    let is_payable = matches!(model.state, State::Creating(_) | State::Pending(_));
    if is_payable && intent.amount.money() != amount {
        return Err(PayAgainError::AmountConflict { attempt, amount });
    }
    Ok(None)
}

fn begin(model: &Model, intent: Intent, attempt: NonZeroU32) -> Transition {
    let opened = Record::AttemptOpened { attempt, intent: intent.clone().into() };
    let mut next = model.clone();
    next.intent = intent;
    let request = match &next.intent.source {
        SourceMode::Separate(platform_type) => requests::request_source(&next, platform_type.clone()),
        SourceMode::Existing(source) => requests::request_charge_of(&next, Some(source), attempt),
        SourceMode::Inline(_) => requests::request_charge_of(&next, None, attempt),
    };
    let begun = Transition { records: vec![opened], ..Transition::default() };
    begun.and(request)
}

/// Takes a charge of a later attempt up after an unpaid end: the store was restored from a copy that lacks the attempt,
/// and the buyer may have its link. Returns `None` if the charge is no such one: one over another amount is for a person
/// to judge.
pub(crate) fn take_up(model: &Model, charge: &Charge, origin: Origin) -> Option<Transition> {
    let named = charge.metadata.attempt().filter(|_| is_of_order(model, charge))?;
    let is_lost = model.state.is_unpaid_end()
        && named.number() > model.attempts
        && charge.money() == model.intent.amount.money();
    if !is_lost {
        return None;
    }
    if origin != Origin::Read {
        return Some(read(&charge.id));
    }
    let intent = Intent { served_at: charge.created_at(), ..model.intent.clone() };
    let records = vec![
        Record::AttemptOpened { attempt: named.number(), intent: intent.into() },
        Record::ChargeRequested { attempt: named.number() },
        Record::OutcomeUnknown,
    ];
    Some(Transition { records, deadline: DeadlineChange::Plan, ..read(&charge.id) })
}
