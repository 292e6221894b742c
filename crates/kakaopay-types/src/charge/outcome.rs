//! What became of a charge.

use super::object::Charge;
use crate::failure::FailureCode;
use crate::status::ChargeStatus;

/// What became of a charge, read from its `status` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "each match decides about money, so a new outcome must not pass it"
)]
pub enum Outcome<'a> {
    /// Nothing is decided.
    Pending,
    /// Paid.
    Successful,
    /// Not paid.
    Failed {
        /// Why, if the service told.
        code: Option<&'a FailureCode>,
        /// Why, for people, if the service told.
        message: Option<&'a str>,
    },
    /// Not paid in time.
    Expired,
    /// A status that says nothing here: one that KakaoPay charges are not known to have.
    Unknown(&'a ChargeStatus),
}

impl Charge {
    /// What became of it, read from `status` alone.
    #[must_use]
    pub fn outcome(&self) -> Outcome<'_> {
        match &self.status {
            ChargeStatus::Pending => Outcome::Pending,
            ChargeStatus::Successful => Outcome::Successful,
            ChargeStatus::Failed => {
                Outcome::Failed { code: self.failure_code.as_ref(), message: self.failure_message.as_deref() }
            }
            ChargeStatus::Expired => Outcome::Expired,
            status @ (ChargeStatus::Reversed | ChargeStatus::Unknown(_)) => Outcome::Unknown(status),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(status: &str, expected: Outcome<'_>) {
        let json = json!({
            "object": "charge", "id": "chrg_test_1", "amount": 1000, "currency": "SGD", "status": status,
        });
        let charge: Charge = serde_json::from_value(json).unwrap();
        assert_eq!(charge.outcome(), expected, "{status}");
    }

    #[test]
    fn every_status_has_its_outcome() {
        check("pending", Outcome::Pending);
        check("successful", Outcome::Successful);
        check("failed", Outcome::Failed { code: None, message: None });
        check("expired", Outcome::Expired);
        // Not paid by KakaoPay's own rules, but not a known end of its charges either.
        check("reversed", Outcome::Unknown(&ChargeStatus::Reversed));
        check("tomorrow", Outcome::Unknown(&ChargeStatus::from("tomorrow")));
    }
}
