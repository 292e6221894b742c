//! The outcome of a charge.

use super::object::Charge;
use crate::failure::FailureCode;
use crate::status::ChargeStatus;

/// The outcome of a charge, derived from its `status` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "each match decides about money, so a new outcome must not pass it"
)]
pub enum Outcome<'a> {
    /// Not decided yet.
    Pending,
    /// Paid.
    Successful,
    /// Not paid.
    Failed {
        /// The failure code, if the service sent one.
        code: Option<&'a FailureCode>,
        /// The failure message, for people, if the service sent one.
        message: Option<&'a str>,
    },
    /// Not paid in time.
    Expired,
    /// A status that KakaoPay charges are not known to have.
    Unknown(&'a ChargeStatus),
}

impl Charge {
    /// Returns the outcome, derived from `status` alone.
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
    fn every_status_maps_to_its_outcome() {
        check("pending", Outcome::Pending);
        check("successful", Outcome::Successful);
        check("failed", Outcome::Failed { code: None, message: None });
        check("expired", Outcome::Expired);
        // KakaoPay charges are not known to end with this status, although it does not mean paid.
        check("reversed", Outcome::Unknown(&ChargeStatus::Reversed));
        check("tomorrow", Outcome::Unknown(&ChargeStatus::from("tomorrow")));
    }
}
