//! The journal of a payment: what is stored of it, in a form that never changes its meaning.

use std::num::NonZeroU32;

use kakaopay_types::{
    ChargeId, Currency, FailureCode, Mode, Money, PaymentAmount, PlatformType, Reference, ReturnUri,
    SourceId, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::alert::Alert;
use crate::intent::{Intent, SourceMode};
use crate::journal::refund_record::RefundRecord;

/// A fact about a payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// The merchant wants to be paid.
    Opened(StoredIntent),
    /// The source is about to be asked for.
    SourceRequested,
    /// The source exists.
    SourceCreated {
        /// The source.
        source: SourceId,
    },
    /// The charge is about to be asked for.
    ChargeRequested {
        /// The number of the attempt.
        attempt: NonZeroU32,
    },
    /// The request for the charge did not leave this machine.
    ChargeNotSent,
    /// Nobody knows whether the charge was created.
    OutcomeUnknown,
    /// The service said no to an attempt, and an earlier one may have created a charge all the same.
    RefusedAfterUnknown {
        /// Its error code.
        code: String,
        /// Its words.
        message: Option<String>,
    },
    /// The charge exists.
    ChargeFound {
        /// The charge.
        charge: ChargeId,
        /// The attempt it names.
        attempt: NonZeroU32,
        /// Where the buyer approves it.
        authorize_uri: Option<String>,
        /// When it can no longer be paid.
        expires_at: Option<Timestamp>,
        /// For how long it can be paid, in milliseconds, by the service's clock alone.
        lifetime: Option<i64>,
    },
    /// The service answered with a charge that is not the order's.
    Blocked,
    /// The charge was paid.
    Successful {
        /// When, if the service told.
        paid_at: Option<Timestamp>,
    },
    /// The charge failed.
    Failed {
        /// Why, if the service told.
        code: Option<FailureCode>,
        /// Why, for people.
        message: Option<String>,
    },
    /// The charge expired.
    Expired,
    /// The service said no.
    Refused {
        /// Its error code.
        code: String,
        /// Its words.
        message: Option<String>,
    },
    /// The service has told where the buyer approves the charge.
    AuthorizeUriLearned {
        /// The address.
        authorize_uri: String,
    },
    /// The service has told when the charge can no longer be paid.
    ExpiryLearned {
        /// The moment.
        expires_at: Timestamp,
        /// For how long the charge can be paid, in milliseconds, by the service's clock alone.
        lifetime: Option<i64>,
    },
    /// A person said to go on.
    Resumed,
    /// Another charge of the order exists.
    DuplicateFound {
        /// The charge.
        charge: ChargeId,
        /// When it can no longer be paid.
        expires_at: Option<Timestamp>,
    },
    /// Another charge of the order has ended.
    DuplicateEnded {
        /// The charge.
        charge: ChargeId,
        /// Its status.
        status: String,
    },
    /// Every charge of the order that may exist is known.
    SearchCompleted,
    /// Something about a refund of the payment.
    Refund {
        /// The refund's own reference.
        reference: Reference,
        /// What.
        #[serde(flatten)]
        change: RefundRecord,
    },
    /// A person was asked to look.
    AlertRaised {
        /// At what.
        alert: Alert,
    },
}

impl Record {
    /// The record's name, for people.
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
            Self::Refund { change, .. } => change.name(),
            Self::AlertRaised { .. } => "alert",
        }
    }
}

/// An [`Intent`] as it is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredIntent {
    reference: Reference,
    amount: i64,
    currency: Currency,
    mode: Mode,
    return_uri: ReturnUri,
    description: Option<String>,
    source: StoredPlan,
    jitter_seed: u64,
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
            amount: intent.amount.minor_units(),
            currency: intent.amount.currency(),
            mode: intent.mode,
            return_uri: intent.return_uri,
            description: intent.description,
            source: match intent.source {
                SourceMode::Inline(platform_type) => StoredPlan::WithCharge { platform_type },
                SourceMode::Separate(platform_type) => StoredPlan::Separate { platform_type },
                SourceMode::Existing(source) => StoredPlan::Given { source },
            },
            jitter_seed: intent.jitter_seed,
        }
    }
}

impl From<StoredIntent> for Intent {
    fn from(stored: StoredIntent) -> Self {
        Self {
            reference: stored.reference,
            amount: PaymentAmount::from_stored(Money::new(stored.amount, stored.currency)),
            mode: stored.mode,
            return_uri: stored.return_uri,
            description: stored.description,
            source: match stored.source {
                StoredPlan::WithCharge { platform_type } => SourceMode::Inline(platform_type),
                StoredPlan::Separate { platform_type } => SourceMode::Separate(platform_type),
                StoredPlan::Given { source } => SourceMode::Existing(source),
            },
            jitter_seed: stored.jitter_seed,
        }
    }
}
