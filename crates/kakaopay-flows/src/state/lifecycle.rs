//! How far a payment has come.

use std::num::NonZeroU32;

use kakaopay_types::{ChargeId, FailureCode, SourceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// How far a payment has come. `Creating` → `Pending` → `Successful`, `Failed` or `Expired`, or
/// `Creating` → `Refused`. The last four are final: nothing moves a payment out of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The intent is durable; no charge is known yet.
    Creating(Creating),
    /// A charge exists and the buyer has a way to pay it.
    Pending(Pending),
    /// Paid, as read from the service and confirmed.
    Successful {
        /// The charge that was paid.
        pending: Pending,
        /// When, if the service told.
        paid_at: Option<Timestamp>,
    },
    /// Not paid.
    Failed {
        /// The charge that failed.
        pending: Pending,
        /// Why, if the service told.
        code: Option<FailureCode>,
        /// Why, for people, if the service told.
        message: Option<String>,
    },
    /// Not paid in time, as read from the service.
    Expired(Pending),
    /// The service said no to what was asked for: there is no charge. That the key is wrong is no such
    /// answer, and is tried again.
    Refused {
        /// The service's error code.
        code: String,
        /// The service's words, which change without notice.
        message: Option<String>,
    },
}

/// A payment whose charge is not known yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Creating {
    /// What is being waited for.
    pub stage: Stage,
    /// Attempts made to create the charge, the current one included. At least one, even before
    /// the first was made.
    pub attempts: NonZeroU32,
    /// The source to charge, once there is one of its own.
    pub source: Option<SourceId>,
    /// When the stage began.
    pub since: Timestamp,
    /// The service's no to the last attempt, while it is looked for what became of those before.
    pub(crate) refusal: Option<Refusal>,
}

/// What a payment without a known charge waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The source was asked for and has not been answered.
    Source,
    /// The charge was asked for and has not been answered.
    Charge,
    /// The request for the charge was surely not carried out; it will be sent again.
    NotSent,
    /// Nobody knows whether the charge was created; it is looked for.
    Searching,
    /// The service answered with a charge that is not the order's. A person must look; then
    /// [`Input::Resume`](crate::Input::Resume) goes on.
    Blocked,
}

/// A payment whose charge is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The charge.
    pub charge: ChargeId,
    /// The attempt that created it.
    pub attempt: NonZeroU32,
    /// Where the buyer approves it, if the service told.
    pub authorize_uri: Option<String>,
    /// When it can no longer be paid, if the service told.
    pub expires_at: Option<Timestamp>,
    /// When it became known here: polling counts from it.
    pub since: Timestamp,
    /// Until when it may be paid by the driver's clock, which need not agree with the service's.
    pub(crate) until: Option<Timestamp>,
}

impl State {
    /// Whether nothing moves the payment any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Creating(_) | Self::Pending(_))
    }

    /// The charge, once it is known.
    #[must_use]
    pub fn charge(&self) -> Option<&Pending> {
        match self {
            Self::Creating(_) | Self::Refused { .. } => None,
            Self::Pending(pending)
            | Self::Successful { pending, .. }
            | Self::Failed { pending, .. }
            | Self::Expired(pending) => Some(pending),
        }
    }

    /// The state's name, as it is written for people and programs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Creating(_) => "creating",
            Self::Pending(_) => "pending",
            Self::Successful { .. } => "successful",
            Self::Failed { .. } => "failed",
            Self::Expired(_) => "expired",
            Self::Refused { .. } => "refused",
        }
    }
}

/// Whether a charge is the payment's own.
pub(crate) fn is_own(state: &State, charge: &ChargeId) -> bool {
    state.charge().is_some_and(|own| own.charge == *charge)
}
