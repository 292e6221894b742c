//! The transaction object: the net amount of a paid charge.

use kakaopay_types::{Currency, Timestamp};
use serde::Serialize;

use super::shape::same_in_each_version;

/// Time until the amount of a charge can be paid out. The service does not document it for KakaoPay, so this is a
/// choice.
const TRANSFERABLE_AFTER_SECONDS: i64 = 7 * 86_400;

/// The transaction object: the net amount of a charge.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TransactionObject {
    object: &'static str,
    id: String,
    location: String,
    currency: Currency,
    amount: i64,
    direction: &'static str,
    key: &'static str,
    origin: String,
    transferable_at: Timestamp,
    created_at: Timestamp,
}

impl TransactionObject {
    /// Creates the transaction of a charge with its net amount.
    pub(super) fn net(id: &str, origin: &str, amount: i64, currency: Currency, paid_at: Timestamp) -> Self {
        Self {
            object: "transaction",
            id: id.to_owned(),
            location: format!("/transactions/{id}"),
            currency,
            amount,
            direction: "credit",
            key: "charge.captured.net",
            origin: origin.to_owned(),
            transferable_at: paid_at.saturating_add_seconds(TRANSFERABLE_AFTER_SECONDS),
            created_at: paid_at,
        }
    }
}

// The 2017 shape was never recorded.
same_in_each_version!(TransactionObject);
