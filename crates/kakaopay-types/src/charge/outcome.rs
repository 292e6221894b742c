//! What became of a charge.

use super::object::Charge;
use crate::failure::FailureCode;
use crate::status::ChargeStatus;

/// What became of a charge, read from its `status` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
