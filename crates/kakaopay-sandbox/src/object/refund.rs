//! The refund object, with the members and order of a recorded one.

use kakaopay_types::{Currency, RefundId, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use super::charge::{ChargeObject, Null};
use super::link::Link;
use crate::state::Refund;

/// The refund object, with the members and order of a recorded one.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RefundObject {
    pub(super) object: &'static str,
    pub(super) id: RefundId,
    pub(super) location: String,
    livemode: bool,
    pub(super) voided: bool,
    pub(super) currency: Currency,
    pub(super) amount: i64,
    metadata: Map<String, Value>,
    pub(super) charge: Link<ChargeObject>,
    capture: Null,
    terminal: Null,
    pub(super) transaction: String,
    status: &'static str,
    funding_amount: i64,
    funding_currency: Currency,
    pub(super) created_at: Timestamp,
    acquirer_reference_number: Null,
    approval_code: Null,
}

impl RefundObject {
    /// Builds the object of a refund.
    pub(crate) fn of(refund: &Refund) -> Self {
        Self {
            object: "refund",
            id: refund.id.clone(),
            location: format!("/charges/{}/refunds/{}", refund.charge, refund.id),
            livemode: false,
            voided: refund.voided,
            currency: refund.currency,
            amount: refund.amount,
            metadata: refund.metadata.clone(),
            charge: Link::named(refund.charge.as_str()),
            capture: (),
            terminal: (),
            transaction: refund.transaction.clone(),
            // The only status that was ever recorded.
            status: "closed",
            funding_amount: refund.amount,
            funding_currency: refund.currency,
            created_at: refund.created_at,
            acquirer_reference_number: (),
            approval_code: (),
        }
    }

    /// Embeds the charge, as requested with `expand`.
    pub(crate) fn expanded(mut self, charge: ChargeObject) -> Self {
        self.charge.expand(charge);
        self
    }
}
