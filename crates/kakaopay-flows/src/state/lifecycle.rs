//! The states of a payment.

use std::num::NonZeroU32;

use kakaopay_types::{ChargeId, FailureCode, SourceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;
use crate::state::look_up::LookUp;

/// The state of a payment: `Creating` → `Pending` → `Successful`, `Failed`, `Expired` or `Cancelled`, or
/// `Creating` → `Refused` or `Cancelled`. All but the first two are final and never change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// The intent is durable; no charge is known yet.
    Creating(Creating),
    /// The charge exists and the buyer can pay it.
    Pending(Pending),
    /// Paid: the charge was read from the service and confirmed.
    Successful {
        /// The paid charge.
        pending: Pending,
        /// When it was paid. `None` if the service does not say.
        paid_at: Option<Timestamp>,
        /// Whether the money had gone back in full when the charge was first read as paid. Nothing is to be
        /// shipped then. Refunds made later do not change it.
        refunded_in_full: bool,
    },
    /// The charge failed: the order is not paid.
    Failed {
        /// The failed charge.
        pending: Pending,
        /// The service's failure code.
        code: Option<FailureCode>,
        /// The service's failure message, for people.
        message: Option<String>,
    },
    /// The charge expired: the order is not paid.
    Expired(Pending),
    /// The payment was cancelled: it has no charge, or a read of its charge ended it after the wish to cancel. That read
    /// may show that the charge was paid: then it is among the
    /// [late charges](crate::Payment::late_charges), and releases no goods.
    Cancelled(Option<Pending>),
    /// The service rejected the request for the charge, so there is no charge. A rejected key does not lead
    /// here: the request is retried.
    Refused {
        /// The service's error code.
        code: String,
        /// The service's message, which may change without notice.
        message: Option<String>,
    },
}

/// The data of a payment without a known charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Creating {
    /// The stage of the creation.
    pub stage: Stage,
    /// The number of the current attempt to create the charge: 1 even before the first request.
    pub attempts: NonZeroU32,
    /// The source to charge, if it was created separately or already exists.
    pub source: Option<SourceId>,
    /// When the stage began.
    pub since: Timestamp,
    /// The rejection of the last attempt, while the charges of earlier attempts are searched for.
    pub(crate) refusal: Option<Refusal>,
    /// The look-up for the charge, in [`Stage::Searching`].
    pub(crate) look_up: Option<LookUp>,
}

/// The stage of a payment without a known charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// The source is requested, without a response so far.
    Source,
    /// The charge is requested, without a response so far.
    Charge,
    /// The request for the charge had no effect and will be sent again.
    NotSent,
    /// The outcome of the request is unknown, and the charge is searched for.
    Searching,
    /// The service has a charge that differs from the order. A person must check it;
    /// [`Input::Resume`](crate::Input::Resume) then continues.
    Blocked,
}

/// The data of a payment with a known charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pending {
    /// The charge.
    pub charge: ChargeId,
    /// The attempt that created it.
    pub attempt: NonZeroU32,
    /// The address where the buyer approves it. `None` if the service does not say.
    pub authorize_uri: Option<String>,
    /// When it expires. `None` if the service does not say.
    pub expires_at: Option<Timestamp>,
    /// When it was found, by the driver's clock. Polling counts from it.
    pub since: Timestamp,
    /// When it expires by the driver's clock, which may differ from the service's.
    pub(crate) until: Option<Timestamp>,
}

impl Creating {
    /// Returns whether no request for a charge is in flight or has had an effect, as far as the journal knows, so that
    /// the next step is to send one.
    pub(crate) fn is_unsent(&self) -> bool {
        matches!(self.stage, Stage::Source | Stage::NotSent)
    }
}

impl State {
    /// Returns whether the state is final.
    #[must_use]
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Creating(_) | Self::Pending(_))
    }

    /// Returns whether the order was not paid, so that another attempt may begin.
    #[must_use]
    pub fn is_unpaid_end(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Expired(_) | Self::Cancelled(_) | Self::Refused { .. })
    }

    /// Returns whether the order is paid and may be shipped: `Successful`, unless the money had gone back in full
    /// before the payment was known to be paid.
    #[must_use]
    pub fn is_paid(&self) -> bool {
        matches!(self, Self::Successful { refunded_in_full: false, .. })
    }

    /// Returns the charge, once it is known.
    #[must_use]
    pub fn charge(&self) -> Option<&Pending> {
        match self {
            Self::Creating(_) | Self::Refused { .. } => None,
            Self::Cancelled(pending) => pending.as_ref(),
            Self::Pending(pending)
            | Self::Successful { pending, .. }
            | Self::Failed { pending, .. }
            | Self::Expired(pending) => Some(pending),
        }
    }

    /// Returns the name of the state in logs and serialized data.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Creating(_) => "creating",
            Self::Pending(_) => "pending",
            Self::Successful { .. } => "successful",
            Self::Failed { .. } => "failed",
            Self::Expired(_) => "expired",
            Self::Cancelled(_) => "cancelled",
            Self::Refused { .. } => "refused",
        }
    }
}

/// Returns whether a charge is the payment's own.
pub(crate) fn is_own(state: &State, charge: &ChargeId) -> bool {
    state.charge().is_some_and(|own| own.charge == *charge)
}
