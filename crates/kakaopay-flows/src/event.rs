//! What the merchant is told about a payment.

use std::fmt;
use std::num::NonZeroU32;

use kakaopay_types::{
    Charge, ChargeId, Confirmed, Currency, FailureCode, Mismatch, Mode, Reference, Timestamp,
};
use serde::{Deserialize, Serialize};

/// What the merchant is told about a payment, at least once each, under a key that never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// Paid: release the goods.
    Settled(Settlement),
    /// Not paid.
    Failed {
        /// The order.
        reference: Reference,
        /// The charge that failed.
        charge: ChargeId,
        /// Why, if the service told.
        failure_code: Option<FailureCode>,
        /// Why, for people, if the service told.
        failure_message: Option<String>,
    },
    /// Not paid in time.
    Expired {
        /// The order.
        reference: Reference,
        /// The charge that expired.
        charge: ChargeId,
    },
    /// The service refused to create the charge.
    Refused {
        /// The order.
        reference: Reference,
        /// The service's error code.
        code: String,
        /// The service's words.
        message: Option<String>,
    },
    /// Something that a person should look at. The payment's state did not change by it.
    Attention {
        /// The order.
        reference: Reference,
        /// What was found.
        attention: Attention,
    },
}

impl Event {
    /// A key that is the same whenever the same thing is told, and differs otherwise.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Settled(settlement) => format!("{}/settled", settlement.reference),
            Self::Failed { reference, .. } => format!("{reference}/failed"),
            Self::Expired { reference, .. } => format!("{reference}/expired"),
            Self::Refused { reference, .. } => format!("{reference}/refused"),
            Self::Attention { reference, attention } => format!("{reference}/attention/{}", attention.key()),
        }
    }

    /// The order it is about.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        match self {
            Self::Settled(settlement) => &settlement.reference,
            Self::Failed { reference, .. }
            | Self::Expired { reference, .. }
            | Self::Refused { reference, .. }
            | Self::Attention { reference, .. } => reference,
        }
    }
}

/// An order that was paid. Only a [`Confirmed`] charge makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Settlement {
    /// The order.
    pub reference: Reference,
    /// The attempt whose charge was paid.
    pub attempt: NonZeroU32,
    /// The paid charge.
    pub charge: ChargeId,
    /// What was paid, in minor units.
    pub amount: i64,
    /// The currency of the amount.
    pub currency: Currency,
    /// Whether it was real money.
    pub mode: Mode,
    /// When it was paid, if the service told.
    pub paid_at: Option<Timestamp>,
}

impl Settlement {
    pub(crate) fn of(confirmed: &Confirmed<Charge>, reference: &Reference, attempt: NonZeroU32) -> Self {
        let charge = confirmed.get();
        Self {
            reference: reference.clone(),
            attempt,
            charge: charge.id.clone(),
            amount: charge.amount,
            currency: charge.currency,
            // What was confirmed says it, and its id too.
            mode: charge.id.mode(),
            paid_at: charge.paid_at,
        }
    }
}

/// Something that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Attention {
    /// A charge that should be the order's differs from it.
    Mismatch {
        /// The charge.
        charge: ChargeId,
        /// The member that differs.
        member: Mismatch,
    },
    /// The payment has ended one way, and the service now says another.
    Contradiction {
        /// The charge.
        charge: ChargeId,
        /// The status the service now says.
        status: String,
    },
    /// A second charge of the order was paid.
    PaidTwice {
        /// The order's charge.
        charge: ChargeId,
        /// The other one.
        other: ChargeId,
    },
    /// The charge was not found after the last attempt that is made unasked.
    TooManyAttempts {
        /// How many attempts were made.
        attempts: NonZeroU32,
    },
    /// What cannot be read stands in the way of knowing whether a charge is the order's.
    LookUpBlocked,
}

impl Attention {
    fn key(&self) -> String {
        match self {
            Self::Mismatch { charge, member } => format!("mismatch/{charge}/{}", member.member()),
            Self::Contradiction { charge, status } => format!("contradiction/{charge}/{status}"),
            Self::PaidTwice { other, .. } => format!("paid_twice/{other}"),
            Self::TooManyAttempts { attempts } => format!("attempts/{attempts}"),
            Self::LookUpBlocked => "look_up_blocked".to_owned(),
        }
    }
}

impl fmt::Display for Attention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mismatch { charge, member } => write!(f, "{charge}: {member}"),
            Self::Contradiction { charge, status } => {
                write!(f, "{charge} is {status} at the service, though the payment has ended otherwise")
            }
            Self::PaidTwice { charge, other } => write!(f, "{other} was paid beside {charge}"),
            Self::TooManyAttempts { attempts } => {
                write!(f, "no charge was found after {attempts} attempts to create one")
            }
            Self::LookUpBlocked => f.write_str("what cannot be read stands in the way of the look-up"),
        }
    }
}
