//! The model of a payment: the sum of its records.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use kakaopay_types::{Charge, ChargeId, Money, Reference, RefundId, Timestamp};

use crate::alert::Alert;
use crate::expectation;
use crate::intent::Intent;
use crate::journal::pruned::PrunedPayment;
use crate::journal::record::Record;
use crate::journal::refund_record::RefundRecord;
use crate::state::acknowledgement::Acknowledgement;
use crate::state::cancellation::{Cancellation, is_about_wish};
use crate::state::duplicate_charge::DuplicateCharge;
use crate::state::earlier_attempts::EarlierAttempts;
use crate::state::late_charge::LateCharge;
use crate::state::lifecycle::{Pending, State};
use crate::state::look_up::LookUp;
use crate::state::own_charge::{creating, from_creating, from_pending};
use crate::state::refund::RefundProcess;

/// All data of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Model {
    /// The sequence number of the last entry, durable or not.
    pub(crate) seq: u64,
    pub(crate) intent: Intent,
    pub(crate) opened_at: Timestamp,
    pub(crate) state: State,
    /// The open alerts.
    pub(crate) alerts: BTreeSet<Alert>,
    /// The acknowledged alerts.
    pub(crate) acknowledged: Vec<Acknowledgement>,
    /// How often each alert was raised, by its key.
    pub(crate) alert_counts: BTreeMap<String, u32>,
    /// The number of attempts to create the charge.
    pub(crate) attempts: NonZeroU32,
    /// The attempts before the one at hand, from the first on.
    pub(crate) earlier: Vec<EarlierAttempts>,
    /// The cancelling of the attempt at hand.
    pub(crate) cancel: Cancellation,
    /// The number of attempts at the last resume.
    pub(crate) resumed_after: u32,
    /// When the charge was first read as paid: an upper bound of when it was paid.
    pub(crate) learned_paid_at: Option<Timestamp>,
    /// The duplicate charges.
    pub(crate) duplicates: BTreeMap<ChargeId, DuplicateCharge>,
    /// The look-up for duplicate charges, while it goes on. It needs more than one attempt, or one that was cancelled
    /// while its outcome was unknown.
    pub(crate) search: Option<LookUp>,
    pub(crate) refunds: BTreeMap<Reference, RefundProcess>,
    /// The charges that were paid and do not pay the order.
    pub(crate) late: BTreeMap<ChargeId, LateCharge>,
    /// The refunds that were not requested here, with their charges and amounts.
    pub(crate) elsewhere: BTreeMap<RefundId, (ChargeId, Money)>,
    /// The entry that stands for all before it; 0 if there is none.
    pub(crate) pruned_at: u64,
    /// The keys of notifications that were sent before that entry, and are not kept.
    pub(crate) settled: BTreeSet<String>,
}

impl Model {
    /// Creates the model of a payment from its intent.
    pub(crate) fn opened(intent: Intent, at: Timestamp) -> Self {
        let creating = creating(&intent, NonZeroU32::MIN, at);
        Self {
            seq: 0,
            intent,
            opened_at: at,
            state: State::Creating(creating),
            alerts: BTreeSet::new(),
            acknowledged: Vec::new(),
            alert_counts: BTreeMap::new(),
            attempts: NonZeroU32::MIN,
            earlier: Vec::new(),
            cancel: Cancellation::default(),
            resumed_after: 0,
            learned_paid_at: None,
            duplicates: BTreeMap::new(),
            search: None,
            refunds: BTreeMap::new(),
            late: BTreeMap::new(),
            elsewhere: BTreeMap::new(),
            pruned_at: 0,
            settled: BTreeSet::new(),
        }
    }

    /// Creates the model of a payment that was pruned by the entry `seq`. Returns `None` if it cannot have been over.
    pub(crate) fn pruned(kept: &PrunedPayment, seq: u64) -> Option<Self> {
        let intent = kept.intent();
        let kept = kept.clone();
        let model = Self {
            seq,
            state: kept.end,
            acknowledged: kept.acknowledged,
            alert_counts: kept.alert_counts,
            attempts: kept.attempts,
            earlier: kept.earlier,
            learned_paid_at: kept.learned_paid_at,
            duplicates: kept.duplicates,
            refunds: kept.refunds,
            late: kept.late,
            elsewhere: kept.elsewhere,
            pruned_at: seq,
            ..Self::opened(intent, kept.opened_at)
        };
        let is_sound = model.refunds.values().all(|refund| model.is_in_currency(refund));
        let settled = expectation::sent_before(&model);
        (model.state.is_final() && is_sound).then_some(Self { settled, ..model })
    }

    /// Applies new records, which always follow the model they were made from.
    pub(crate) fn apply_all(&mut self, records: &[Record], at: Timestamp) {
        for record in records {
            let applied = matches!(record, Record::Opened(_)) || self.apply(record, at).is_some();
            debug_assert!(applied, "{record:?} cannot follow {:?}", self.state);
        }
    }

    /// Applies a record. Returns `None` if it contradicts the model, which happens only with a damaged
    /// journal.
    pub(crate) fn apply(&mut self, record: &Record, at: Timestamp) -> Option<()> {
        match record {
            Record::AlertRaised { alert } => {
                self.alerts.insert(alert.clone());
                let times = self.alert_counts.entry(alert.key()).or_default();
                *times = times.saturating_add(1);
            }
            Record::AlertAcknowledged { alert, who, why } => {
                self.alerts.take(alert)?;
                let (alert, who, why) = (alert.clone(), who.clone(), why.clone());
                self.acknowledged.push(Acknowledgement { alert, who, why, at });
            }
            Record::KeyAccepted => self.close(|alert| matches!(alert, Alert::KeyRefused { .. })),
            Record::Resumed => {
                let acknowledged = self.acknowledged.iter().map(|acknowledged| &acknowledged.alert);
                let decided = self.alerts.iter().chain(acknowledged).any(is_about_search);
                self.alerts.clear();
                // A condition may come again, and is news then.
                self.acknowledged.retain(|acknowledged| acknowledged.alert.is_about_object());
                if let State::Creating(_) = &self.state {
                    self.resumed_after = self.attempts.get();
                }
                let seq = self.seq;
                if let Some(look_up) = self.look_up_mut().filter(|_| decided) {
                    look_up.decide(seq);
                }
            }
            Record::AttemptOpened { attempt, intent } => {
                self.open_attempt(*attempt, intent.clone().into(), at)?
            }
            Record::NotListed { served_at, complete } => {
                self.look_up_mut()?.note(*served_at, *complete, at);
            }
            Record::DuplicateFound { charge, attempt, expires_at } => {
                let (attempt, expires_at) = (*attempt, *expires_at);
                let duplicate = DuplicateCharge { attempt, since: at, expires_at, end: None, paid: None };
                self.duplicates.entry(charge.clone()).or_insert(duplicate);
            }
            Record::DuplicateEnded { charge, status, paid } => {
                let duplicate = self.duplicates.get_mut(charge)?;
                duplicate.end.get_or_insert_with(|| status.clone());
                duplicate.paid = duplicate.paid.take().or_else(|| paid.clone());
                if self.state.is_final() {
                    self.close_overdue();
                }
            }
            Record::SearchCompleted => self.search = None,
            Record::PaidLate { charge, attempt, amount, paid_at, why } => {
                let (attempt, amount, paid_at, why) = (*attempt, *amount, *paid_at, *why);
                let late = LateCharge { attempt, amount, paid_at, why, learned_at: at };
                self.late.entry(charge.clone()).or_insert(late);
            }
            Record::RefundedElsewhere { charge, refund, amount } => {
                self.elsewhere.insert(refund.clone(), (charge.clone(), *amount));
            }
            record if is_about_wish(record) && !self.state.is_final() => {
                self.cancel.apply(record, (self.seq, at))?;
            }
            Record::Pruned(kept) => *self = Self::pruned(kept, self.seq)?,
            Record::Refund { reference, change } => self.apply_refund(reference, change, at)?,
            _ => self.apply_to_charge(record, at)?,
        }
        Some(())
    }

    /// Begins another attempt after an unpaid end. The charge that has ended is no longer the payment's own.
    fn open_attempt(&mut self, attempt: NonZeroU32, intent: Intent, at: Timestamp) -> Option<()> {
        let end = self.state.name().to_owned();
        let ended = self.attempt();
        let own = match &self.state {
            State::Failed { pending, .. } | State::Expired(pending) => Some(pending.clone()),
            State::Cancelled(pending) => pending.clone(),
            State::Refused { .. } => None,
            State::Creating(_) | State::Pending(_) | State::Successful { .. } => return None,
        };
        if attempt <= self.attempts || intent.reference != self.intent.reference {
            return None;
        }
        if let Some(Pending { charge, attempt, since, expires_at, .. }) = own {
            let charge_end = Some(end.clone());
            let ended = DuplicateCharge { attempt, since, expires_at, end: charge_end, paid: None };
            self.duplicates.insert(charge, ended);
        }
        self.earlier.push(EarlierAttempts {
            last: self.attempts,
            ended,
            amount: self.intent.amount.money(),
            end,
            refund_if_paid_late: self.intent.refund_if_paid_late,
            refusals: self.cancel.refusals,
        });
        self.cancel = Cancellation::default();
        (self.attempts, self.resumed_after) = (attempt, attempt.get().saturating_sub(1));
        // The search for charges of the attempts before goes on from where it began.
        let served_at = if self.search.is_some() { self.intent.served_at } else { intent.served_at };
        let intent = Intent { served_at, ..intent };
        self.state = State::Creating(creating(&intent, attempt, at));
        (self.intent, self.opened_at) = (intent, at);
        // They are about the attempt that has ended.
        self.close(|alert| !alert.is_about_object() && !alert.is_about_refund());
        Some(())
    }

    fn apply_refund(&mut self, reference: &Reference, change: &RefundRecord, at: Timestamp) -> Option<()> {
        if let Some(refund) = self.refunds.get_mut(reference) {
            refund.apply(change, self.seq, at)?;
            // The service has accepted the key.
            let is_accepted =
                matches!(change, RefundRecord::NotListed { .. }) || refund.state().refund().is_some();
            let refund = refund.clone();
            self.close(|alert| match alert {
                Alert::KeyRefused { .. } => is_accepted,
                alert => alert.is_settled_by(reference, &refund),
            });
            return Some(());
        }
        let refund =
            RefundProcess::ordered(change, self.seq, at).filter(|refund| self.is_in_currency(refund))?;
        self.refunds.insert(reference.clone(), refund);
        Some(())
    }

    /// Closes alerts that have ceased to be true. Each is news when it comes again.
    fn close(&mut self, has_ceased: impl Fn(&Alert) -> bool) {
        self.alerts.retain(|alert| !has_ceased(alert));
        self.acknowledged.retain(|acknowledged| !has_ceased(&acknowledged.alert));
    }

    /// Closes the alert that something takes too long, unless a duplicate charge does.
    fn close_overdue(&mut self) {
        if self.duplicates.values().all(|duplicate| duplicate.end.is_some()) {
            self.close(|alert| *alert == Alert::Overdue);
        }
    }

    /// Returns the look-up for the payment's own charge, or for duplicates of it.
    fn look_up_mut(&mut self) -> Option<&mut LookUp> {
        match &mut self.state {
            State::Creating(creating) => creating.look_up.as_mut(),
            _ => self.search.as_mut(),
        }
    }

    /// Applies a record about the payment's own charge.
    fn apply_to_charge(&mut self, record: &Record, at: Timestamp) -> Option<()> {
        match record {
            Record::ChargeRequested { attempt } => self.attempts = *attempt,
            // A store that was restored may lack the request.
            Record::ChargeFound { attempt, .. } => self.attempts = self.attempts.max(*attempt),
            _ => {}
        }
        match &mut self.state {
            State::Creating(creating) => {
                let is_unknown = creating.look_up.is_some();
                if let Some(state) = from_creating(creating, record, (self.seq, at))? {
                    // A lost attempt may still be in flight. Those before the one at hand have ended.
                    let is_lost = is_unknown && matches!(state, State::Cancelled(None));
                    if is_lost || self.attempts > self.first_attempt() {
                        self.search = Some(LookUp::begin(self.seq, at));
                    }
                    let is_found = matches!(state, State::Pending(_));
                    if let State::Pending(pending) = &state {
                        self.duplicates.remove(&pending.charge);
                    }
                    self.state = state;
                    // The service has accepted the key, and the search has found the charge.
                    self.close(|alert| match alert {
                        Alert::KeyRefused { .. } | Alert::TooManyAttempts { .. } => true,
                        Alert::SearchBlocked => is_found,
                        _ => false,
                    });
                    self.close_overdue();
                }
            }
            State::Pending(pending) => {
                if let Some(state) = from_pending(pending, record, at)? {
                    self.learned_paid_at = matches!(state, State::Successful { .. }).then_some(at);
                    self.state = state;
                    // The charge was read.
                    self.close(|alert| {
                        matches!(alert, Alert::KeyRefused { .. } | Alert::ChargeNotFound { .. })
                    });
                    self.close_overdue();
                }
            }
            State::Successful { .. }
            | State::Failed { .. }
            | State::Expired(_)
            | State::Cancelled(_)
            | State::Refused { .. } => return None,
        }
        if self.state.is_final() {
            self.cancel.wish = None;
        }
        Some(())
    }
}

/// Returns whether a person who resumes the payment decides that no charge of the order will appear.
fn is_about_search(alert: &Alert) -> bool {
    matches!(alert, Alert::SearchBlocked | Alert::TooManyAttempts { .. })
}

/// Returns whether a charge names the order and its store, and is of the payment's mode.
pub(crate) fn is_of_order(model: &Model, charge: &Charge) -> bool {
    charge.id.mode() == model.intent.mode
        && charge.metadata.store().as_ref() == Some(&model.intent.store)
        && charge.metadata.attempt().is_some_and(|attempt| *attempt.order() == model.intent.reference)
}
