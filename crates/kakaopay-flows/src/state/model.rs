//! What is known of a payment: the sum of its records.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use kakaopay_types::{Charge, ChargeId, Reference, Timestamp};

use crate::alert::Alert;
use crate::intent::{Intent, SourceMode};
use crate::journal::record::Record;
use crate::journal::refund_record::RefundRecord;
use crate::refusal::Refusal;
use crate::state::duplicate_charge::DuplicateCharge;
use crate::state::lifecycle::{Creating, Pending, Stage, State};
use crate::state::refund::RefundProcess;

/// What is known of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) intent: Intent,
    pub(crate) opened_at: Timestamp,
    pub(crate) state: State,
    /// What a person was asked to look at, as far as it is not put right.
    pub(crate) alerts: BTreeSet<Alert>,
    /// How often a person was asked to look at each thing, by its key.
    pub(crate) alert_counts: BTreeMap<String, u32>,
    /// How many attempts were made to create the charge.
    pub(crate) attempts: NonZeroU32,
    /// How many attempts had been made when a person last said to go on.
    pub(crate) resumed_after: u32,
    /// When it became known here that the charge was paid, which was no later than this.
    pub(crate) learned_paid_at: Option<Timestamp>,
    /// Charges of the order beside its own.
    pub(crate) duplicates: BTreeMap<ChargeId, DuplicateCharge>,
    /// Since when they are searched for, while more than one attempt may have made one.
    pub(crate) search: Option<Timestamp>,
    pub(crate) refunds: BTreeMap<Reference, RefundProcess>,
}

impl Model {
    /// A payment of which only the intent is known.
    pub(crate) fn opened(intent: Intent, at: Timestamp) -> Self {
        let (stage, source) = match &intent.source {
            SourceMode::Inline(_) => (Stage::Charge, None),
            SourceMode::Separate(_) => (Stage::Source, None),
            SourceMode::Existing(source) => (Stage::Charge, Some(source.clone())),
        };
        let creating = Creating { stage, attempts: NonZeroU32::MIN, source, since: at, refusal: None };
        Self {
            intent,
            opened_at: at,
            state: State::Creating(creating),
            alerts: BTreeSet::new(),
            alert_counts: BTreeMap::new(),
            attempts: NonZeroU32::MIN,
            resumed_after: 0,
            learned_paid_at: None,
            duplicates: BTreeMap::new(),
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
            Record::AlertRaised { alert } => {
                self.alerts.insert(alert.clone());
                let times = self.alert_counts.entry(alert.key()).or_default();
                *times = times.saturating_add(1);
            }
            Record::Resumed => {
                self.alerts.clear();
                if let State::Creating(_) = &self.state {
                    self.resumed_after = self.attempts.get();
                }
            }
            Record::DuplicateFound { charge, expires_at } => {
                let other = DuplicateCharge { since: at, expires_at: *expires_at, end: None };
                self.duplicates.entry(charge.clone()).or_insert(other);
            }
            Record::DuplicateEnded { charge, status } => {
                self.duplicates.get_mut(charge)?.end.get_or_insert_with(|| status.clone());
            }
            Record::SearchCompleted => self.search = None,
            Record::Refund { reference, change } => self.apply_refund(reference, change, at)?,
            _ => self.move_on(record, at)?,
        }
        Some(())
    }

    fn apply_refund(&mut self, reference: &Reference, change: &RefundRecord, at: Timestamp) -> Option<()> {
        if let Some(refund) = self.refunds.get_mut(reference) {
            refund.apply(change, at)?;
            if matches!(change, RefundRecord::NotListed { .. }) || refund.state().refund().is_some() {
                // The service has answered to the key.
                self.alerts.retain(|alert| !matches!(alert, Alert::KeyRefused { .. }));
            }
            return Some(());
        }
        let State::Successful { .. } = self.state else { return None };
        self.refunds.insert(reference.clone(), RefundProcess::ordered(change, at)?);
        Some(())
    }

    /// Takes in a record that is about the payment's own charge.
    fn move_on(&mut self, record: &Record, at: Timestamp) -> Option<()> {
        if let Record::ChargeRequested { attempt } = record {
            self.attempts = *attempt;
        }
        match &mut self.state {
            State::Creating(creating) => {
                if let Some(state) = from_creating(creating, record, at)? {
                    // An attempt that seemed lost may still be under way.
                    self.search = (self.attempts > NonZeroU32::MIN).then_some(at);
                    if let State::Pending(pending) = &state {
                        self.duplicates.remove(&pending.charge);
                        // The service has answered, so that the key is good and nothing is in the way.
                        self.alerts.retain(|alert| !is_in_the_way(alert));
                    }
                    self.state = state;
                }
            }
            State::Pending(pending) => {
                if let Some(state) = from_pending(pending, record, at)? {
                    self.learned_paid_at = matches!(state, State::Successful { .. }).then_some(at);
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
        _ => return None,
    };
    creating.stage = stage;
    creating.since = at;
    Some(None)
}

/// Until when a charge may be paid by the driver's clock: as the service says, or for as long as the
/// service gives by its own, whichever ends later.
fn until(expires_at: Option<Timestamp>, lifetime: Option<i64>, at: Timestamp) -> Option<Timestamp> {
    expires_at.max(lifetime.map(|lifetime| at.saturating_add_millis(lifetime)))
}

/// Whether it is about what a good answer shows to be over.
fn is_in_the_way(alert: &Alert) -> bool {
    matches!(alert, Alert::KeyRefused { .. } | Alert::SearchBlocked)
}

/// The state a record leads to from `Pending`; `Some(None)` when it stays there.
fn from_pending(pending: &mut Pending, record: &Record, at: Timestamp) -> Option<Option<State>> {
    let moved = match record {
        Record::AuthorizeUriLearned { authorize_uri } => {
            pending.authorize_uri = Some(authorize_uri.clone());
            return Some(None);
        }
        Record::ExpiryLearned { expires_at, lifetime } => {
            pending.expires_at = Some(*expires_at);
            pending.until = until(Some(*expires_at), *lifetime, at);
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

/// Whether a charge names the order, in the payment's mode.
pub(crate) fn is_of_order(model: &Model, charge: &Charge) -> bool {
    charge.id.mode() == model.intent.mode
        && charge.metadata.attempt().is_some_and(|attempt| *attempt.order() == model.intent.reference)
}
