//! The intent of a payment in its stored format.

use std::ops::Not;
use std::time::Duration;

use kakaopay_types::{
    Mode, Money, PaymentAmount, PlatformType, Reference, ReturnUri, SourceId, StoreId, Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::intent::{Intent, SourceMode};

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pay_within: Option<Duration>,
    #[serde(default, skip_serializing_if = "Not::not")]
    refund_if_paid_late: bool,
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
            pay_within: intent.pay_within,
            refund_if_paid_late: intent.refund_if_paid_late,
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
            pay_within: stored.pay_within,
            refund_if_paid_late: stored.refund_if_paid_late,
        }
    }
}
