//! Records: the stored facts about a payment, in a format whose meaning never changes.

use std::num::NonZeroU32;

use kakaopay_types::{
    ChargeId, FailureCode, Mode, Money, PaymentAmount, PlatformType, Reference, RefundId, ReturnUri,
    SourceId, StoreId, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::alert::Alert;
use crate::intent::{Intent, SourceMode};
use crate::journal::pruned::PrunedPayment;
use crate::journal::refund_record::RefundRecord;
use crate::service_time::ServiceTime;
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

/// An [`Intent`] in its stored format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredIntent {
    reference: Reference,
    store: StoreId,
    amount: Money,
    mode: Mode,
    return_uri: ReturnUri,
    description: Option<String>,
    source: StoredPlan,
    jitter_seed: u64,
    served_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "plan", rename_all = "snake_case")]
enum StoredPlan {
    WithCharge { platform_type: Option<PlatformType> },
    Separate { platform_type: Option<PlatformType> },
    Given { source: SourceId },
}

impl From<Intent> for StoredIntent {
    fn from(intent: Intent) -> Self {
        Self {
            reference: intent.reference,
            store: intent.store,
            amount: intent.amount.money(),
            mode: intent.mode,
            return_uri: intent.return_uri,
            description: intent.description,
            source: match intent.source {
                SourceMode::Inline(platform_type) => StoredPlan::WithCharge { platform_type },
                SourceMode::Separate(platform_type) => StoredPlan::Separate { platform_type },
                SourceMode::Existing(source) => StoredPlan::Given { source },
            },
            jitter_seed: intent.jitter_seed,
            served_at: intent.served_at,
        }
    }
}

impl From<StoredIntent> for Intent {
    fn from(stored: StoredIntent) -> Self {
        Self {
            reference: stored.reference,
            store: stored.store,
            amount: PaymentAmount::from_stored(stored.amount),
            mode: stored.mode,
            return_uri: stored.return_uri,
            description: stored.description,
            source: match stored.source {
                StoredPlan::WithCharge { platform_type } => SourceMode::Inline(platform_type),
                StoredPlan::Separate { platform_type } => SourceMode::Separate(platform_type),
                StoredPlan::Given { source } => SourceMode::Existing(source),
            },
            jitter_seed: stored.jitter_seed,
            served_at: stored.served_at,
        }
    }
}
