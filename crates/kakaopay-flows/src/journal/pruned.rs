//! What is kept of a pruned payment: every fact about money, and nothing about the buyer.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::ops::Not;

use kakaopay_types::{
    ChargeId, Mode, Money, PaymentAmount, Reference, RefundId, ReturnUri, StoreId, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::intent::Intent;
use crate::state::acknowledgement::Acknowledgement;
use crate::state::duplicate_charge::DuplicateCharge;
use crate::state::earlier_attempts::EarlierAttempts;
use crate::state::late_charge::LateCharge;
use crate::state::lifecycle::State;
use crate::state::refund::RefundProcess;

/// What is kept of a payment that is over: its reference, amount, end, charges, attempts, refunds and late money.
///
/// The description, the addresses, the service's messages and the names and words of those who acknowledged alerts are
/// gone; of the return address the host is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrunedPayment {
    pub(crate) reference: Reference,
    pub(crate) store: StoreId,
    pub(crate) amount: Money,
    pub(crate) mode: Mode,
    pub(crate) return_uri: ReturnUri,
    #[serde(default, skip_serializing_if = "Not::not")]
    pub(crate) refund_if_paid_late: bool,
    pub(crate) opened_at: Timestamp,
    pub(crate) end: State,
    pub(crate) attempts: NonZeroU32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) earlier: Vec<EarlierAttempts>,
    pub(crate) learned_paid_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) acknowledged: Vec<Acknowledgement>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) alert_counts: BTreeMap<String, u32>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) duplicates: BTreeMap<ChargeId, DuplicateCharge>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) refunds: BTreeMap<Reference, RefundProcess>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) late: BTreeMap<ChargeId, LateCharge>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) elsewhere: BTreeMap<RefundId, (ChargeId, Money)>,
}

impl PrunedPayment {
    /// Returns the intent, without what is not kept.
    pub(crate) fn intent(&self) -> Intent {
        let amount = PaymentAmount::from_stored(self.amount);
        let (reference, store) = (self.reference.clone(), self.store.clone());
        Intent::new(reference, store, amount, self.return_uri.clone(), self.mode, 0)
            .refund_if_paid_late(self.refund_if_paid_late)
    }
}
