//! What is known of a payment: the sum of its records.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use kakaopay_types::{ChargeId, Reference, Timestamp};

use crate::attention::Attention;
use crate::intent::{Intent, SourcePlan};
use crate::other::Other;
use crate::record::Record;
use crate::refund::{Refund, RefundRecord};
use crate::state::{Creating, Pending, Stage, State};

/// What is known of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) intent: Intent,
    pub(crate) opened_at: Timestamp,
    pub(crate) state: State,
    pub(crate) attentions: BTreeSet<Attention>,
    /// Charges of the order beside its own.
    pub(crate) others: BTreeMap<ChargeId, Other>,
    /// Since when they are searched for, while more than one attempt may have made one.
    pub(crate) search: Option<Timestamp>,
    pub(crate) refunds: BTreeMap<Reference, Refund>,
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
        Self {
            intent,
            opened_at: at,
            state: State::Creating(creating),
            attentions: BTreeSet::new(),
            others: BTreeMap::new(),
            search: None,
            refunds: BTreeMap::new(),
        }
    }

    /// Takes records in that were made from what is known, and so can follow it.
    pub(crate) fn apply_all(&mut self, records: &[Record], at: Timestamp) {
        for record in records {
            let applied = matches!(record, Record::Opened(_)) || self.apply(record, at).is_some();
            debug_assert!(applied, "{record:?} cannot follow {:?}", self.state);
        }
    }

    /// Takes a record in. `None` when it cannot follow what is known, which only a damaged journal
    /// makes happen.
    pub(crate) fn apply(&mut self, record: &Record, at: Timestamp) -> Option<()> {
        match record {
            Record::Noted { attention } => {
                self.attentions.insert(attention.clone());
            }
            Record::OtherFound { charge, expires_at } => {
                let other = Other { since: at, expires_at: *expires_at, end: None };
                self.others.entry(charge.clone()).or_insert(other);
            }
            Record::OtherEnded { charge, status } => {
                self.others.get_mut(charge)?.end.get_or_insert_with(|| status.clone());
            }
            Record::Searched => self.search = None,
            Record::Refund { reference, change } => self.apply_refund(reference, change, at)?,
            _ => self.move_on(record, at)?,
        }
        Some(())
    }

    fn apply_refund(&mut self, reference: &Reference, change: &RefundRecord, at: Timestamp) -> Option<()> {
        if let Some(refund) = self.refunds.get_mut(reference) {
            return refund.apply(change, at);
        }
        let State::Successful { .. } = self.state else { return None };
        self.refunds.insert(reference.clone(), Refund::ordered(change, at)?);
        Some(())
    }

    /// Takes in a record that is about the payment's own charge.
    fn move_on(&mut self, record: &Record, at: Timestamp) -> Option<()> {
        match &mut self.state {
            State::Creating(creating) => {
                let attempts = creating.attempts;
                if let Some(state) = from_creating(creating, record, at)? {
                    let found = matches!(state, State::Pending(_));
                    self.search = (found && attempts > NonZeroU32::MIN).then_some(at);
                    self.state = state;
                }
            }
            State::Pending(pending) => {
                if let Some(state) = from_pending(pending, record)? {
                    self.state = state;
                }
            }
            State::Successful { .. } | State::Failed { .. } | State::Expired(_) | State::Refused { .. } => {
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
        Record::ChargeFound { charge, attempt, authorize_uri, expires_at, lifetime } => {
            let lasts_until = lifetime.map(|lifetime| at.saturating_add_millis(lifetime));
            return Some(Some(State::Pending(Pending {
                charge: charge.clone(),
                attempt: *attempt,
                authorize_uri: authorize_uri.clone(),
                expires_at: *expires_at,
                since: at,
                until: (*expires_at).max(lasts_until),
            })));
        }
        Record::Refused { code, message } => {
            return Some(Some(State::Refused { code: code.clone(), message: message.clone() }));
        }
        _ => return None,
    };
    creating.stage = stage;
    creating.since = at;
    Some(None)
}

/// The state a record leads to from `Pending`; `Some(None)` when it stays there.
fn from_pending(pending: &mut Pending, record: &Record) -> Option<Option<State>> {
    let moved = match record {
        Record::LinkLearned { authorize_uri } => {
            pending.authorize_uri = Some(authorize_uri.clone());
            return Some(None);
        }
        Record::ExpiryLearned { expires_at } => {
            (pending.expires_at, pending.until) = (Some(*expires_at), Some(*expires_at));
            return Some(None);
        }
        Record::Successful { paid_at } => State::Successful { pending: pending.clone(), paid_at: *paid_at },
        Record::Failed { code, message } => {
            State::Failed { pending: pending.clone(), code: code.clone(), message: message.clone() }
        }
        Record::Expired => State::Expired(pending.clone()),
        _ => return None,
    };
    Some(Some(moved))
}
