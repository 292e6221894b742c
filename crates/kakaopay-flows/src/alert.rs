//! Something that a person should look at.

use std::fmt;
use std::num::NonZeroU32;

use kakaopay_types::{ChargeId, ErrorCode, Mismatch, Reference, RefundId};
use serde::{Deserialize, Serialize};

/// Something that a person should look at. The state did not change by it, unless it says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Alert {
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
    /// Another charge of the order was paid than the one whose link was handed out.
    // What version 0.1.0 called it in the events that it stored.
    DuplicateChargePaid {
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
    SearchBlocked,
    /// The service says that it does not have the payment's charge.
    ChargeNotFound {
        /// The charge.
        charge: ChargeId,
    },
    /// The payment waits for longer than anything should take: for its request to be taken, or for the
    /// service to end a charge that nobody can pay any more.
    Overdue,
    /// The service does not take the key, or the account may not do this. It is tried again until
    /// that is put right.
    KeyRefused {
        /// The service's error code.
        code: String,
    },
    /// The service answered with a refund that is not the one asked for. The refund has halted.
    RefundMismatch {
        /// The refund's own reference.
        reference: Reference,
        /// What the service made.
        refund: RefundId,
    },
    /// The service has two refunds of one reference.
    RefundedTwice {
        /// The refund's own reference.
        reference: Reference,
        /// The refund that is known.
        refund: RefundId,
        /// The other one.
        other: RefundId,
    },
    /// A refund has ended one way, and the service now says another.
    RefundContradiction {
        /// The refund's own reference.
        reference: Reference,
        /// The refund at the service.
        refund: RefundId,
        /// What the service now says.
        status: String,
    },
    /// Nobody knows whether a refund was made, and it is not asked for again unasked.
    RefundUnresolved {
        /// The refund's own reference.
        reference: Reference,
    },
    /// What cannot be read stands in the way of a refund.
    RefundBlocked {
        /// The refund's own reference.
        reference: Reference,
    },
    /// A refund waits for longer than anything should take.
    RefundOverdue {
        /// The refund's own reference.
        reference: Reference,
    },
    /// A refund is asked for after its time, because the service is to decide.
    RefundLate {
        /// The refund's own reference.
        reference: Reference,
    },
    /// The service has a refund of the charge that nobody asked for here.
    UnknownRefund {
        /// The refund.
        refund: RefundId,
    },
}

impl Alert {
    /// That the service does not take the key.
    pub(crate) fn key_refused(code: &ErrorCode) -> Self {
        Self::KeyRefused { code: code.to_string() }
    }

    /// What it is known by among those of one payment.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Mismatch { charge, member } => format!("mismatch/{charge}/{}", member.member()),
            Self::Contradiction { charge, status } => format!("contradiction/{charge}/{status}"),
            Self::DuplicateChargePaid { other, .. } => format!("duplicate_charge_paid/{other}"),
            Self::TooManyAttempts { attempts } => format!("attempts/{attempts}"),
            Self::SearchBlocked => "search_blocked".to_owned(),
            Self::KeyRefused { code } => format!("key_refused/{code}"),
            Self::ChargeNotFound { charge } => format!("charge_not_found/{charge}"),
            Self::Overdue => "overdue".to_owned(),
            Self::RefundOverdue { reference } => format!("refund_overdue/{reference}"),
            Self::RefundMismatch { reference, refund } => format!("refund_mismatch/{reference}/{refund}"),
            Self::RefundedTwice { reference, other, .. } => format!("refunded_twice/{reference}/{other}"),
            Self::RefundContradiction { reference, refund, status } => {
                format!("refund_contradiction/{reference}/{refund}/{status}")
            }
            Self::RefundUnresolved { reference } => format!("refund_unresolved/{reference}"),
            Self::RefundBlocked { reference } => format!("refund_blocked/{reference}"),
            Self::RefundLate { reference } => format!("refund_late/{reference}"),
            Self::UnknownRefund { refund } => format!("unknown_refund/{refund}"),
        }
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mismatch { charge, member } => write!(f, "{charge}: {member}"),
            Self::Contradiction { charge, status } => {
                write!(f, "{charge} is {status} at the service, though the payment has ended otherwise")
            }
            Self::DuplicateChargePaid { charge, other } => {
                write!(f, "{other} was paid, though {charge} is the order's charge")
            }
            Self::TooManyAttempts { attempts } => {
                write!(f, "no charge was found after {attempts} attempts to create one")
            }
            Self::SearchBlocked => f.write_str("what cannot be read stands in the way of the look-up"),
            Self::KeyRefused { code } => write!(f, "the service does not take the key: {code}"),
            Self::ChargeNotFound { charge } => write!(f, "the service says that it does not have {charge}"),
            Self::Overdue => f.write_str("the payment waits for longer than it should"),
            Self::RefundOverdue { reference } => {
                write!(f, "refund {reference} waits for longer than it should")
            }
            Self::RefundMismatch { reference, refund } => {
                write!(f, "{refund} is not what refund {reference} asked for")
            }
            Self::RefundedTwice { reference, refund, other } => {
                write!(f, "{other} was made beside {refund} for refund {reference}")
            }
            Self::RefundContradiction { reference, refund, status } => {
                write!(
                    f,
                    "{refund} is {status} at the service, though refund {reference} has ended otherwise"
                )
            }
            Self::RefundUnresolved { reference } => {
                write!(f, "nobody knows whether refund {reference} was made")
            }
            Self::RefundBlocked { reference } => {
                write!(f, "what cannot be read stands in the way of refund {reference}")
            }
            Self::RefundLate { reference } => write!(f, "refund {reference} is asked for after its time"),
            Self::UnknownRefund { refund } => write!(f, "{refund} was not asked for here"),
        }
    }
}
