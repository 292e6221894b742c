//! Records: the stored facts about a payment, in a format whose meaning never changes.

use std::num::NonZeroU32;

use kakaopay_types::{ChargeId, FailureCode, Money, Reference, RefundId, SourceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::alert::Alert;
use crate::journal::pruned::PrunedPayment;
use crate::journal::refund_record::RefundRecord;
use crate::journal::stored_intent::StoredIntent;
use crate::service_time::ServiceTime;
use crate::state::cancellation::CancelledBy;
use crate::state::duplicate_charge::PaidReading;
use crate::state::late_charge::LateReason;

/// A fact about a payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Record {
    /// The payment was opened.
    Opened(StoredIntent),
    /// The source is about to be requested.
    SourceRequested,
    /// The source was created.
    SourceCreated {
        /// The source.
        source: SourceId,
    },
    /// The charge is about to be requested.
    ChargeRequested {
        /// The number of the attempt.
        attempt: NonZeroU32,
    },
    /// The request for the charge had no effect: it was not sent, or the service rejected the key.
    ChargeNotSent,
    /// The outcome of the request for the charge is unknown.
    OutcomeUnknown,
    /// The service rejected an attempt, while an earlier attempt may have created a charge.
    RefusedAfterUnknown {
        /// The service's error code.
        code: String,
        /// The service's message.
        message: Option<String>,
    },
    /// A list lacked the charge, or further charges of the order, for the first time since they are looked for.
    NotListed {
        /// When the list was served.
        served_at: ServiceTime,
        /// Whether each element of the list could be decoded and none is missing.
        complete: bool,
    },
    /// The charge was found.
    ChargeFound {
        /// The charge.
        charge: ChargeId,
        /// The attempt that created it.
        attempt: NonZeroU32,
        /// The address where the buyer approves it.
        authorize_uri: Option<String>,
        /// When it expires.
        expires_at: Option<Timestamp>,
        /// Its lifetime in milliseconds, by the service's clock alone.
        lifetime: Option<i64>,
    },
    /// The service has a charge that differs from the order: the creation is blocked.
    Blocked,
    /// The charge was paid.
    Successful {
        /// When it was paid. `None` if the service does not say.
        paid_at: Option<Timestamp>,
        /// Whether the money had gone back in full by then.
        refunded_in_full: bool,
    },
    /// The charge failed.
    Failed {
        /// The service's failure code.
        code: Option<FailureCode>,
        /// The service's failure message, for people.
        message: Option<String>,
    },
    /// The charge expired.
    Expired,
    /// The payment is to be cancelled.
    CancelWished {
        /// What the wish comes from.
        by: CancelledBy,
    },
    /// The charge is about to be requested to expire.
    CancelRequested {
        /// The charge.
        charge: ChargeId,
    },
    /// The service rejected the request. The charge may have been paid before.
    CancelRejected {
        /// The service's error code.
        code: String,
        /// The service's message.
        message: Option<String>,
    },
    /// The service refuses to end the charge, which can still be paid.
    CancelRefused,
    /// The payment is no longer to be cancelled.
    CancelTakenBack,
    /// The payment was cancelled: it has no charge, or a read of the charge ended it after the wish.
    Cancelled,
    /// The service rejected the request for the charge.
    Refused {
        /// The service's error code.
        code: String,
        /// The service's message.
        message: Option<String>,
    },
    /// The charge now has the address where the buyer approves it.
    AuthorizeUriLearned {
        /// The address.
        authorize_uri: String,
    },
    /// The charge now has an expiry.
    ExpiryLearned {
        /// When it expires.
        expires_at: Timestamp,
        /// Its lifetime in milliseconds, by the service's clock alone.
        lifetime: Option<i64>,
    },
    /// A person resumed the payment.
    Resumed,
    /// A duplicate charge was found.
    DuplicateFound {
        /// The charge.
        charge: ChargeId,
        /// The attempt that it names.
        attempt: NonZeroU32,
        /// When it expires.
        expires_at: Option<Timestamp>,
    },
    /// A duplicate charge ended.
    DuplicateEnded {
        /// The charge.
        charge: ChargeId,
        /// Its final status.
        status: String,
        /// Its first reading as paid, if it was.
        paid: Option<PaidReading>,
    },
    /// The search for duplicate charges ended.
    SearchCompleted,
    /// A charge of the order was paid that does not pay it.
    PaidLate {
        /// The charge.
        charge: ChargeId,
        /// The attempt that created it.
        attempt: NonZeroU32,
        /// The amount that was paid.
        amount: Money,
        /// When it was paid. `None` if the service does not say.
        paid_at: Option<Timestamp>,
        /// Why it does not pay the order.
        why: LateReason,
    },
    /// A refund was found that was not requested here.
    RefundedElsewhere {
        /// The refunded charge.
        charge: ChargeId,
        /// The refund.
        refund: RefundId,
        /// Its amount.
        amount: Money,
    },
    /// A record of one of the payment's refunds.
    Refund {
        /// The refund's reference.
        reference: Reference,
        /// The record.
        #[serde(flatten)]
        change: RefundRecord,
    },
    /// An alert was raised.
    AlertRaised {
        /// The alert.
        alert: Alert,
    },
    /// The merchant began another attempt, after the one before had ended unpaid.
    AttemptOpened {
        /// The number of the attempt.
        attempt: NonZeroU32,
        /// The order as it is to be paid now.
        intent: StoredIntent,
    },
    /// The service accepted the key, which it had rejected.
    KeyAccepted,
    /// A person acknowledged an open alert.
    AlertAcknowledged {
        /// The alert.
        alert: Alert,
        /// Who acknowledged it.
        who: String,
        /// Why, or what was done about it.
        why: String,
    },
    /// The payment was pruned: this stands for all records before it, which may be gone.
    Pruned(Box<PrunedPayment>),
}

impl Record {
    /// Returns the name of the record in logs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::SourceRequested => "source requested",
            Self::SourceCreated { .. } => "source created",
            Self::ChargeRequested { .. } => "charge requested",
            Self::ChargeNotSent => "charge not sent",
            Self::OutcomeUnknown => "outcome unknown",
            Self::RefusedAfterUnknown { .. } => "refused after an unknown outcome",
            Self::NotListed { .. } => "charge not listed",
            Self::ChargeFound { .. } => "charge found",
            Self::Blocked => "blocked",
            Self::Successful { .. } => "successful",
            Self::Failed { .. } => "failed",
            Self::Expired => "expired",
            Self::CancelWished { .. } => "cancel wished",
            Self::CancelRequested { .. } => "cancel requested",
            Self::CancelRejected { .. } => "cancel rejected",
            Self::CancelRefused => "cancel refused",
            Self::CancelTakenBack => "cancel taken back",
            Self::Cancelled => "cancelled",
            Self::Refused { .. } => "refused",
            Self::AuthorizeUriLearned { .. } => "authorize URI learned",
            Self::ExpiryLearned { .. } => "expiry learned",
            Self::Resumed => "resumed",
            Self::DuplicateFound { .. } => "duplicate charge found",
            Self::DuplicateEnded { .. } => "duplicate charge ended",
            Self::SearchCompleted => "search completed",
            Self::PaidLate { .. } => "paid late",
            Self::RefundedElsewhere { .. } => "refunded elsewhere",
            Self::Refund { change, .. } => change.name(),
            Self::AlertRaised { .. } => "alert",
            Self::AttemptOpened { .. } => "attempt opened",
            Self::KeyAccepted => "key accepted",
            Self::AlertAcknowledged { .. } => "alert acknowledged",
            Self::Pruned(_) => "pruned",
        }
    }
}
