//! What is known of a payment: the sum of its records.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use kakaopay_types::Timestamp;

use crate::event::Attention;
use crate::intent::{Intent, SourcePlan};
use crate::record::Record;
use crate::state::{Creating, Pending, Stage, State};

/// What is known of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) intent: Intent,
    pub(crate) opened_at: Timestamp,
    pub(crate) state: State,
    pub(crate) attentions: BTreeSet<Attention>,
}

impl Model {
    /// A payment of which only the intent is known.
    pub(crate) fn opened(intent: Intent, at: Timestamp) -> Self {
        let (stage, source) = match &intent.source {
            SourcePlan::WithCharge(_) => (Stage::Charge, None),
            SourcePlan::Separate(_) => (Stage::Source, None),
            SourcePlan::Given(source) => (Stage::Charge, Some(source.clone())),
        };
        let creating = Creating { stage, attempts: NonZeroU32::MIN, source, since: at };
        Self { intent, opened_at: at, state: State::Creating(creating), attentions: BTreeSet::new() }
    }

    /// Takes a record in. `None` when it cannot follow what is known, which only a damaged journal
    /// makes happen.
    pub(crate) fn apply(&mut self, record: &Record, at: Timestamp) -> Option<()> {
        if let Record::Noted { attention } = record {
            self.attentions.insert(attention.clone());
            return Some(());
        }
        match &mut self.state {
            State::Creating(creating) => {
                let moved = from_creating(creating, record, at)?;
                if let Some(state) = moved {
                    self.state = state;
                }
            }
            State::Pending(pending) => self.state = from_pending(pending, record)?,
            State::Successful(_) | State::Failed { .. } | State::Expired(_) | State::Refused { .. } => {
                return None;
            }
        }
        Some(())
    }
}

/// The state a record leads to from `Creating`; `Some(None)` when it stays there.
fn from_creating(creating: &mut Creating, record: &Record, at: Timestamp) -> Option<Option<State>> {
    let stage = match record {
        Record::SourceRequested => Stage::Source,
        Record::SourceCreated { source } => {
            creating.source = Some(source.clone());
            creating.stage
        }
        Record::ChargeRequested { attempt } => {
            creating.attempts = *attempt;
            Stage::Charge
        }
        Record::ChargeNotSent => Stage::Unsent,
        Record::OutcomeUnknown => Stage::LookUp,
        Record::Halted => Stage::Halted,
        Record::ChargeFound { charge, attempt, authorize_uri, expires_at } => {
            return Some(Some(State::Pending(Pending {
                charge: charge.clone(),
                attempt: *attempt,
                authorize_uri: authorize_uri.clone(),
                expires_at: *expires_at,
                since: at,
            })));
        }
        Record::Refused { code, message } => {
            return Some(Some(State::Refused { code: code.clone(), message: message.clone() }));
        }
        Record::Opened(_)
        | Record::Successful { .. }
        | Record::Failed { .. }
        | Record::Expired
        | Record::Noted { .. } => return None,
    };
    creating.stage = stage;
    creating.since = at;
    Some(None)
}

fn from_pending(pending: &Pending, record: &Record) -> Option<State> {
    let pending = pending.clone();
    match record {
        Record::Successful { .. } => Some(State::Successful(pending)),
        Record::Failed { code, message } => {
            Some(State::Failed { pending, code: code.clone(), message: message.clone() })
        }
        Record::Expired => Some(State::Expired(pending)),
        _ => None,
    }
}
