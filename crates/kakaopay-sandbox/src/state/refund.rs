//! A refund, as the sandbox keeps it.

use kakaopay_types::{ChargeId, Currency, RefundId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A refund, as the sandbox keeps it. It is made at once, and never fails later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Refund {
    pub(crate) id: RefundId,
    pub(crate) charge: ChargeId,
    /// Its place among all refunds, in the order they were made.
    pub(crate) place: usize,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    /// Whether it has undone the payment instead.
    pub(crate) voided: bool,
    pub(crate) transaction: String,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) created_at: Timestamp,
}
