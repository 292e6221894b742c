//! The buyer's decisions on a charge.

use std::time::Duration;

use kakaopay_types::{ChargeId, FailureCode};

use crate::sandbox::Sandbox;

/// A decision of the buyer, as the payment page offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuyerAction {
    /// Approves the payment.
    Approve,
    /// Approves it after this time, by the sandbox's clock and in whole seconds.
    ApproveAfter(Duration),
    /// Fails the payment with this code.
    Fail(FailureCode),
    /// Lets the charge expire now.
    Expire,
}

/// A decision that was not carried out. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuyerActionError {
    /// No charge has this id.
    #[error("no charge has this id")]
    NotFound,
    /// The charge was paid, failed or expired before.
    #[error("the charge has ended already")]
    AlreadyEnded,
    /// A bug in the sandbox.
    #[error("the sandbox failed")]
    Internal,
}

impl Sandbox {
    /// Carries out a decision of the buyer, as the payment page at `authorize_uri` does.
    ///
    /// # Errors
    /// [`BuyerActionError`] if there is no such charge, or if it has ended.
    pub fn act_as_buyer(&self, charge: &ChargeId, action: BuyerAction) -> Result<(), BuyerActionError> {
        let (mut state, now) = self.state_now();
        if state.charge(charge).is_none() {
            return Err(BuyerActionError::NotFound);
        }
        let done = match action {
            BuyerAction::Approve => state.pay(charge, now),
            BuyerAction::ApproveAfter(delay) => {
                let seconds = i64::try_from(delay.as_secs()).unwrap_or(i64::MAX);
                Ok(state.approve_at(charge, now.saturating_add_seconds(seconds)))
            }
            BuyerAction::Fail(code) => state.fail(charge, code, now),
            BuyerAction::Expire => state.expire_early(charge, now),
        };
        drop(state);
        self.mark_changed();
        match done {
            Ok(true) => Ok(()),
            Ok(false) => Err(BuyerActionError::AlreadyEnded),
            Err(_) => Err(BuyerActionError::Internal),
        }
    }
}
