//! Findings that need a person.

use std::fmt;
use std::num::NonZeroU32;

use kakaopay_types::{ChargeId, ErrorCode, Mismatch, Reference, RefundId};
use serde::{Deserialize, Serialize};

use crate::state::refund::RefundProcess;

/// A finding that needs a person. It changes no state, except where a variant says so.
///
/// Its `Display` text names the next step: where to check, and which method continues the payment.
///
/// An alert closes by itself once a later response shows that it has ceased to be true. A person can
/// [acknowledge](crate::Payment::acknowledge) each one, and [`Input::Resume`](crate::Input::Resume) closes all.
///
/// | alert | closes by itself |
/// |---|---|
/// | [`TooManyAttempts`](Self::TooManyAttempts), [`SearchBlocked`](Self::SearchBlocked) | when the charge is found; the former also when the order is refused |
/// | [`Overdue`](Self::Overdue) | when the charge is found, and when it and its duplicates have ended |
/// | [`ChargeNotFound`](Self::ChargeNotFound) | when the charge is read with its end |
/// | [`KeyRefused`](Self::KeyRefused) | when a read succeeds and nothing waits to be requested, when the charge is found or has ended, and when the service has a refund |
/// | [`RefundUnresolved`](Self::RefundUnresolved), [`RefundBlocked`](Self::RefundBlocked) | when the refund is found or has ended |
/// | [`RefundOverdue`](Self::RefundOverdue), [`RefundLate`](Self::RefundLate) | when the refund has ended |
/// | [`RefundWatchBlocked`](Self::RefundWatchBlocked) | when the watch has ended |
/// | [`Mismatch`](Self::Mismatch), [`RefundMismatch`](Self::RefundMismatch), [`RefundedTwice`](Self::RefundedTwice) | never: the charge or refund exists for ever |
/// | [`LateNotRefunded`](Self::LateNotRefunded) | never: the money stays until a person gives it back |
/// | [`Contradiction`](Self::Contradiction), [`RefundContradiction`](Self::RefundContradiction) | never: the merchant may have acted on the state that was contradicted |
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Alert {
    /// A charge that should match the order differs from it.
    Mismatch {
        /// The charge.
        charge: ChargeId,
        /// The differing member.
        member: Mismatch,
    },
    /// A charge's status contradicts the final state of the payment.
    Contradiction {
        /// The charge.
        charge: ChargeId,
        /// The charge's status at the service.
        status: String,
    },
    /// No charge was found after the last automatic attempt.
    TooManyAttempts {
        /// The number of attempts made.
        attempts: NonZeroU32,
    },
    /// The service's list of charges could not be read in full, or the service tells no time, so a charge of the
    /// order may be missing.
    SearchBlocked,
    /// The service responds that the payment's charge does not exist.
    ChargeNotFound {
        /// The charge.
        charge: ChargeId,
    },
    /// The payment is overdue: the service has accepted none of its requests, or has not ended a charge
    /// that can no longer be paid.
    Overdue,
    /// The service rejects the key, or the account lacks a permission. Requests are retried until that
    /// is corrected.
    KeyRefused {
        /// The service's error code.
        code: String,
    },
    /// The service made a refund that differs from the requested one. A refund without a known
    /// counterpart at the service is now blocked.
    RefundMismatch {
        /// The refund's own reference.
        reference: Reference,
        /// The refund at the service.
        refund: RefundId,
    },
    /// The service made two refunds with the same reference.
    RefundedTwice {
        /// The refund's own reference.
        reference: Reference,
        /// The refund found first.
        refund: RefundId,
        /// The second refund.
        other: RefundId,
    },
    /// A refund's status at the service contradicts the final state of the refund.
    RefundContradiction {
        /// The refund's own reference.
        reference: Reference,
        /// The refund at the service.
        refund: RefundId,
        /// The refund's status at the service.
        status: String,
    },
    /// The outcome of a refund is unknown, and it is not requested again automatically: for instance because the
    /// service tells no time.
    RefundUnresolved {
        /// The refund's own reference.
        reference: Reference,
    },
    /// The charge's list of refunds could not be read in full, so the refund waits.
    RefundBlocked {
        /// The refund's own reference.
        reference: Reference,
    },
    /// The watch for the refund of an earlier request cannot end: the charge's list of refunds could not be read
    /// in full, or the service tells no time.
    RefundWatchBlocked {
        /// The refund's own reference.
        reference: Reference,
    },
    /// A refund has not ended in time.
    RefundOverdue {
        /// The refund's own reference.
        reference: Reference,
    },
    /// A charge was paid late, its order says that late money is refunded, and not all of it was: the refund window had
    /// closed, the refund was refused or has failed, or the store may lack that the goods were released.
    LateNotRefunded {
        /// The charge.
        charge: ChargeId,
    },
    /// A refund is requested after the refund window closed: see
    /// [`LateRefund::Forward`](crate::LateRefund::Forward).
    RefundLate {
        /// The refund's own reference.
        reference: Reference,
    },
}

impl Alert {
    /// Builds the alert for an error code that rejects the key.
    pub(crate) fn key_refused(code: &ErrorCode) -> Self {
        Self::KeyRefused { code: code.to_string() }
    }

    /// Returns whether the alert is about an object of the service, which stays as it is, and not about a condition
    /// that may come again.
    pub(crate) fn is_about_object(&self) -> bool {
        matches!(
            self,
            Self::Mismatch { .. }
                | Self::Contradiction { .. }
                | Self::LateNotRefunded { .. }
                | Self::RefundMismatch { .. }
                | Self::RefundedTwice { .. }
                | Self::RefundContradiction { .. }
        )
    }

    /// Returns whether the alert is about a refund.
    pub(crate) fn is_about_refund(&self) -> bool {
        matches!(
            self,
            Self::RefundMismatch { .. }
                | Self::RefundedTwice { .. }
                | Self::RefundContradiction { .. }
                | Self::RefundUnresolved { .. }
                | Self::RefundBlocked { .. }
                | Self::RefundWatchBlocked { .. }
                | Self::RefundOverdue { .. }
                | Self::RefundLate { .. }
        )
    }

    /// Returns whether the state of a refund closes the alert about it.
    pub(crate) fn is_settled_by(&self, refund: &Reference, process: &RefundProcess) -> bool {
        let has_ended = process.state().is_final();
        match self {
            Self::RefundUnresolved { reference } | Self::RefundBlocked { reference } => {
                reference == refund && (has_ended || process.state().refund().is_some())
            }
            Self::RefundOverdue { reference } | Self::RefundLate { reference } => {
                reference == refund && has_ended
            }
            Self::RefundWatchBlocked { reference } => reference == refund && !process.is_watched(),
            _ => false,
        }
    }

    /// Returns the key that identifies the alert within its payment, to [acknowledge](crate::Payment::acknowledge)
    /// it.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Mismatch { charge, member } => format!("mismatch/{charge}/{}", member.member()),
            Self::Contradiction { charge, status } => format!("contradiction/{charge}/{status}"),
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
            Self::RefundWatchBlocked { reference } => format!("refund_watch_blocked/{reference}"),
            Self::LateNotRefunded { charge } => format!("late_not_refunded/{charge}"),
            Self::RefundLate { reference } => format!("refund_late/{reference}"),
        }
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RefundMismatch { .. }
            | Self::RefundedTwice { .. }
            | Self::RefundContradiction { .. }
            | Self::RefundUnresolved { .. }
            | Self::RefundBlocked { .. }
            | Self::RefundWatchBlocked { .. }
            | Self::RefundOverdue { .. }
            | Self::RefundLate { .. } => self.fmt_refund(f),
            Self::Mismatch { charge, member } => write!(
                f,
                "charge {charge} differs from the order in `{}`: compare it with the order in Omise's dashboard \
                 and do not ship for it; if it is paid, refund it there; call `acknowledge` for this alert, which sets \
                 the charge aside; if the payment is blocked, then call `resume`, which goes on without it",
                member.member()
            ),
            Self::Contradiction { charge, status } => write!(
                f,
                "charge {charge} is `{status}` at Omise, but the payment has already ended with another result: \
                 check the charge in Omise's dashboard; if it is paid, ship by hand or refund it there; if it is \
                 not, stop the shipment; then call `acknowledge` for this alert; the payment's state stays"
            ),
            Self::LateNotRefunded { charge } => write!(
                f,
                "charge {charge} was paid late and was not refunded by itself, for instance because the refund window \
                 had closed, Omise refused, or this store was restored and may lack that the order was delivered: check \
                 whether it was, and the charge's refunds in Omise's dashboard; if it was not, agree with the buyer, and \
                 ship by hand or give the money back, behind the window with LateRefund::Forward; then call \
                 `acknowledge` for this alert"
            ),
            Self::TooManyAttempts { attempts } => write!(
                f,
                "no charge was found after the last attempt (number {attempts}) to create one: search Omise's \
                 dashboard for this order's reference, check Omise's status and the network, then call `resume` \
                 to allow more attempts"
            ),
            Self::SearchBlocked => f.write_str(
                "cannot determine whether a charge of this order, or another one, exists, because Omise's list of charges could \
                 not be read in full or Omise tells no time: search Omise's dashboard for this order's reference, \
                 and create no charge by hand; an unfinished search repeats on schedule, and at once after \
                 `refresh`; if Omise tells no time and has no charge of this order that the payment lacks, call \
                 `resume`, which ends it",
            ),
            Self::ChargeNotFound { charge } => write!(
                f,
                "Omise responds that charge {charge} does not exist: check that the key is of the charge's account \
                 and mode, and search Omise's dashboard for the charge; polling continues, and `refresh` reads \
                 the charge now"
            ),
            Self::Overdue => f.write_str(
                "the payment is overdue, because Omise has not accepted its request or has not ended a charge that \
                 can no longer be paid: check Omise's status, and this order's reference in Omise's dashboard; \
                 `refresh` reads the charges now; if there is no charge, `resume` sends the request now",
            ),
            Self::KeyRefused { code } => write!(
                f,
                "Omise rejects the key (`{code}`): check in Omise's dashboard that the key is valid and that the \
                 account may use KakaoPay, then configure a valid key of the same account and mode; requests are \
                 retried on schedule, without `resume`"
            ),
        }
    }
}

impl Alert {
    /// Writes the text of an alert about a refund.
    fn fmt_refund(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RefundMismatch { reference, refund } => write!(
                f,
                "Omise made refund {refund}, which differs from the requested refund {reference}; money may already \
                 have gone back: compare both in Omise's dashboard, then call `acknowledge` for this alert, which counts \
                 {refund} as a refund made elsewhere; only if {reference} is still wanted besides, call `resume`, which \
                 requests it if enough is left"
            ),
            Self::RefundedTwice { reference, refund, other } => write!(
                f,
                "Omise made two refunds, {refund} and {other}, for refund {reference}: make no further refund of \
                 this order; compare both in Omise's dashboard, and have Omise correct one or agree with the \
                 buyer; then call `acknowledge` for this alert"
            ),
            Self::RefundContradiction { reference, refund, status } => write!(
                f,
                "refund {refund} is `{status}` at Omise, but refund {reference} has already ended with another \
                 result: check the charge's refunds in Omise's dashboard; if the money did not go back, refund it \
                 there; then call `acknowledge` for this alert; the state of {reference} stays"
            ),
            Self::RefundUnresolved { reference } => write!(
                f,
                "cannot determine whether refund {reference} was made, and it is not requested again: check the \
                 charge's refunds in Omise's dashboard; if it is there, do not call `resume`; only if it is not \
                 there, call `resume`, which requests it again"
            ),
            Self::RefundBlocked { reference } => write!(
                f,
                "refund {reference} waits, because the charge's list of refunds could not be read in full: check \
                 the charge's refunds in Omise's dashboard, and do not make this refund there; the list is read \
                 again on schedule, and at once after `refresh`"
            ),
            Self::RefundWatchBlocked { reference } => write!(
                f,
                "refund {reference} was requested again after an unknown outcome, and cannot be watched for a second \
                 refund, because the charge's list of refunds could not be read in full or Omise tells no time: \
                 check in Omise's dashboard that the charge has one refund of this reference; then call `resume`, \
                 which ends the watch"
            ),
            Self::RefundOverdue { reference } => write!(
                f,
                "refund {reference} is overdue: check Omise's status and the charge's refunds in Omise's dashboard, \
                 and do not make this refund there as well; `refresh` reads the refunds now"
            ),
            Self::RefundLate { reference } => write!(
                f,
                "refund {reference} is requested although the refund window has closed, so Omise decides: follow it \
                 among the charge's refunds in Omise's dashboard, and agree with the buyer on another way if Omise \
                 rejects it; `refresh` reads the refunds now"
            ),
            // `Display` writes these itself.
            Self::Mismatch { .. }
            | Self::Contradiction { .. }
            | Self::LateNotRefunded { .. }
            | Self::TooManyAttempts { .. }
            | Self::SearchBlocked
            | Self::ChargeNotFound { .. }
            | Self::Overdue
            | Self::KeyRefused { .. } => Ok(()),
        }
    }
}
