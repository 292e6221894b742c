//! The refund object of version 2017-11-02.

use kakaopay_types::{RefundId, Timestamp};
use serde::Serialize;

use crate::object::{RefundObject, Shape};

/// The refund object of version 2017-11-02. As recorded, it has no metadata, so that only amount and time identify
/// the merchant's refund.
#[derive(Debug, Serialize)]
pub(crate) struct Refund<'a> {
    object: &'static str,
    id: &'a RefundId,
    location: &'a str,
    amount: i64,
    currency: String,
    voided: bool,
    charge: &'a str,
    transaction: &'a str,
    created: Timestamp,
}

impl Shape for RefundObject {
    type Old<'a> = Refund<'a>;

    fn old(&self) -> Refund<'_> {
        Refund {
            object: self.object,
            id: &self.id,
            location: &self.location,
            amount: self.amount,
            currency: self.currency.as_str().to_ascii_lowercase(),
            voided: self.voided,
            charge: self.charge.id(),
            transaction: &self.transaction,
            created: self.created_at,
        }
    }
}
