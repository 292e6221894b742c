//! Stored state of a refund.

use kakaopay_types::{ChargeId, Currency, RefundId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A stored refund. It is completed immediately and never fails later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refund {
    pub(crate) id: RefundId,
    pub(crate) charge: ChargeId,
    /// Position among all refunds, in order of creation.
    pub(crate) place: usize,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    /// Whether the refund voided the payment.
    pub(crate) voided: bool,
    pub(crate) transaction: String,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) created_at: Timestamp,
}
