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
    let source = match given {
        Some(source) if attempt == NonZeroU32::MIN => ChargeSource::Existing(source.clone()),
        // It is not documented that a source can be charged twice, so each further attempt creates a new
        // one.
        _ => ChargeSource::New { platform_type: platform_of(&model.intent.source) },
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
        events: vec![PaymentEvent::Refused { reference: model.intent.reference.clone(), code, message }],
        deadline: DeadlineChange::Plan,
        ..Transition::default()
    };
    refused.and(duplicates::paid_duplicates(model, None))
}
