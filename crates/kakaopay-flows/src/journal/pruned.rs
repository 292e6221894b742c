//! What is kept of a pruned payment: every fact about money, and nothing about the buyer.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use kakaopay_types::{
    ChargeId, Mode, Money, PaymentAmount, Reference, RefundId, ReturnUri, StoreId, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::expectation;
use crate::intent::{Intent, SourceMode};
use crate::state::acknowledgement::Acknowledgement;
use crate::state::duplicate_charge::DuplicateCharge;
use crate::state::late_charge::LateCharge;
use crate::state::lifecycle::State;
use crate::state::model::Model;
use crate::state::refund::RefundProcess;
use crate::state::refund_state::RefundState;

/// What is kept of a payment that is over: its reference, amount, end, charges, attempts, refunds and late money.
///
/// The description, the addresses, the service's messages and the names and words of those who acknowledged alerts are
/// gone; of the return address the host is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrunedPayment {
    reference: Reference,
    store: StoreId,
    amount: Money,
    mode: Mode,
    return_uri: ReturnUri,
    opened_at: Timestamp,
    end: State,
    attempts: NonZeroU32,
    learned_paid_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    acknowledged: Vec<Acknowledgement>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    alert_counts: BTreeMap<String, u32>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    duplicates: BTreeMap<ChargeId, DuplicateCharge>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    refunds: BTreeMap<Reference, RefundProcess>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    late: BTreeMap<ChargeId, LateCharge>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    elsewhere: BTreeMap<RefundId, (ChargeId, Money)>,
}

impl PrunedPayment {
    /// Returns what is kept of a payment that is over.
    pub(crate) fn of(model: &Model) -> Self {
        let Model { intent, opened_at, attempts, learned_paid_at, .. } = model;
        let without_words = |acknowledged: &Acknowledgement| Acknowledgement {
            who: String::new(),
            why: String::new(),
            ..acknowledged.clone()
        };
        let refunds = model.refunds.iter();
        Self {
            reference: intent.reference.clone(),
            store: intent.store.clone(),
            amount: intent.amount.money(),
            mode: intent.mode,
            return_uri: host_of(&intent.return_uri),
            opened_at: *opened_at,
            end: without_texts(model.state.clone()),
            attempts: *attempts,
            learned_paid_at: *learned_paid_at,
            acknowledged: model.acknowledged.iter().map(without_words).collect(),
            alert_counts: model.alert_counts.clone(),
            duplicates: model.duplicates.clone(),
            refunds: refunds.map(|(refund, process)| (refund.clone(), without_message(process))).collect(),
            late: model.late.clone(),
            elsewhere: model.elsewhere.clone(),
        }
    }

    /// Returns the payment as it is after the entry `seq`. Returns `None` if it cannot be one that was over.
    pub(crate) fn model(&self, seq: u64) -> Option<Model> {
        let kept = self.clone();
        let amount = PaymentAmount::from_stored(kept.amount);
        let intent = Intent {
            reference: kept.reference,
            store: kept.store,
            amount,
            mode: kept.mode,
            return_uri: kept.return_uri,
            description: None,
            source: SourceMode::Inline(None),
            jitter_seed: 0,
            served_at: None,
        };
        let mut model = Model {
            seq,
            intent,
            opened_at: kept.opened_at,
            state: kept.end,
            alerts: BTreeSet::new(),
            acknowledged: kept.acknowledged,
            alert_counts: kept.alert_counts,
            attempts: kept.attempts,
            resumed_after: 0,
            learned_paid_at: kept.learned_paid_at,
            duplicates: kept.duplicates,
            search: None,
            refunds: kept.refunds,
            late: kept.late,
            elsewhere: kept.elsewhere,
            pruned_at: seq,
            settled: BTreeSet::new(),
        };
        model.settled = expectation::sent_before(&model);
        let is_sound =
            model.state.is_final() && model.refunds.values().all(|refund| model.is_in_currency(refund));
        is_sound.then_some(model)
    }
}

/// The address of the host: a path may name the buyer.
fn host_of(uri: &ReturnUri) -> ReturnUri {
    ReturnUri::parse(&format!("https://{}/", uri.host())).unwrap_or_else(|_| uri.clone())
}

fn without_texts(mut state: State) -> State {
    match &mut state {
        State::Pending(pending) | State::Expired(pending) | State::Successful { pending, .. } => {
            pending.authorize_uri = None;
        }
        State::Failed { pending, message, .. } => (pending.authorize_uri, *message) = (None, None),
        State::Refused { message, .. } => *message = None,
        State::Creating(_) => {}
    }
    state
}

fn without_message(process: &RefundProcess) -> RefundProcess {
    let mut process = process.clone();
    process.refusal = None;
    if let RefundState::Refused { message, .. } = &mut process.state {
        *message = None;
    }
    process
}
