//! The requests that create a source and a charge, and the end of the payment if the service rejects one.

use std::num::NonZeroU32;

use kakaopay_types::endpoint::ChargeSource;
use kakaopay_types::{PlatformType, SourceId};

use crate::event::PaymentEvent;
use crate::intent::SourceMode;
use crate::journal::record::Record;
use crate::next_deadline::DeadlineChange;
use crate::output::Request;
use crate::refusal::Refusal;
use crate::rules::duplicates;
use crate::state::late_charge::LateReason;
use crate::state::model::Model;
use crate::transition::Transition;

pub(crate) fn request_source(model: &Model, platform_type: Option<PlatformType>) -> Transition {
    Transition {
        records: vec![Record::SourceRequested],
        mutations: vec![Request::CreateSource(model.intent.create_source(platform_type))],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

pub(crate) fn request_charge(model: &Model, source: Option<&SourceId>, attempt: NonZeroU32) -> Transition {
    let given = match (&model.intent.source, source) {
        (SourceMode::Existing(source), _) => Some(source),
        (_, source) => source,
    };
    // It is not documented that a source can be charged twice, so each further attempt for the same order creates a new
    // one.
    request_charge_of(model, given.filter(|_| attempt == model.first_attempt()), attempt)
}

/// Requests the charge of an attempt with a source, or with a new one.
pub(crate) fn request_charge_of(model: &Model, source: Option<&SourceId>, attempt: NonZeroU32) -> Transition {
    let source = match source {
        Some(source) => ChargeSource::Existing(source.clone()),
        None => ChargeSource::New { platform_type: platform_of(&model.intent.source) },
    };
    Transition {
        records: vec![Record::ChargeRequested { attempt }],
        mutations: vec![Request::CreateCharge(model.intent.create_charge(source, attempt))],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    }
}

pub(crate) fn platform_of(mode: &SourceMode) -> Option<PlatformType> {
    match mode {
        SourceMode::Inline(platform_type) | SourceMode::Separate(platform_type) => platform_type.clone(),
        SourceMode::Existing(_) => None,
    }
}

/// Ends the payment after a rejection by the service.
pub(crate) fn refused(model: &Model, Refusal { code, message }: Refusal) -> Transition {
    let refused = Transition {
        records: vec![Record::Refused { code: code.clone(), message: message.clone() }],
        events: vec![PaymentEvent::Refused {
            reference: model.intent.reference.clone(),
            attempt: model.attempt(),
            code,
            message,
        }],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    refused.and(duplicates::paid_duplicates(model, None, LateReason::Refused))
}
