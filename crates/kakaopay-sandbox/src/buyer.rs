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
    /// Approves the payment after this delay, in whole seconds of the sandbox's clock.
    ApproveAfter(Duration),
    /// Fails the payment with this code.
    Fail(FailureCode),
    /// Makes the charge expire now.
    Expire,
}

/// The reason why a buyer's decision was rejected. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuyerActionError {
    /// No charge has this id.
    #[error("no charge has this id")]
    NotFound,
    /// The charge was already paid, failed or expired.
    #[error("the charge has already ended")]
    AlreadyEnded,
    /// A bug in the sandbox.
    #[error("internal error of the sandbox")]
    Internal,
}

impl Sandbox {
    /// Applies a decision of the buyer, as the payment page at `authorize_uri` does.
    ///
    /// # Errors
    /// [`BuyerActionError`] if the charge does not exist or has already ended.
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
