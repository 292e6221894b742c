//! The refund object, in the members and order of a recorded one.

use kakaopay_types::{ChargeId, Currency, RefundId, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use super::charge::Null;
use crate::world::Refund;

/// The refund object, in the members and order of a recorded one.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RefundObject {
    object: &'static str,
    id: RefundId,
    location: String,
    livemode: bool,
    voided: bool,
    currency: Currency,
    amount: i64,
    metadata: Map<String, Value>,
    charge: ChargeId,
    capture: Null,
    terminal: Null,
    transaction: String,
    status: &'static str,
    funding_amount: i64,
    funding_currency: Currency,
    created_at: Timestamp,
    acquirer_reference_number: Null,
    approval_code: Null,
}

impl RefundObject {
    /// A refund as it is read.
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
            charge: refund.charge.clone(),
            capture: (),
            terminal: (),
            transaction: refund.transaction.clone(),
            // The only one that was ever recorded.
            status: "closed",
            funding_amount: refund.amount,
            funding_currency: refund.currency,
            created_at: refund.created_at,
            acquirer_reference_number: (),
            approval_code: (),
        }
    }
}
