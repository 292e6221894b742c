//! The intent of a payment in its stored format.

use std::net::IpAddr;
use std::ops::Not;
use std::time::Duration;

use kakaopay_types::endpoint::WebhookEndpoints;
use kakaopay_types::{
    Metadata, Mode, Money, PaymentAmount, PlatformType, Reference, ReturnUri, SourceId, StoreId, Timestamp,
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
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    metadata: Metadata,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ip: Option<IpAddr>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    webhook_endpoints: Vec<String>,
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
            metadata: intent.metadata,
            ip: intent.ip,
            webhook_endpoints: intent
                .webhook_endpoints
                .iter()
                .flat_map(WebhookEndpoints::iter)
                .map(str::to_owned)
                .collect(),
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
            metadata: stored.metadata,
            ip: stored.ip,
            webhook_endpoints: WebhookEndpoints::new(stored.webhook_endpoints.iter().map(String::as_str))
                .ok(),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_order_is_restored_with_all_its_members() {
        let store = StoreId::parse("00000000000000000000000000000007").expect("an identity");
        let amount = PaymentAmount::from_stored(Money::new(150_000, kakaopay_types::Currency::SGD));
        let uri = ReturnUri::parse("https://shop.example/done").expect("an address");
        let reference = Reference::parse("order-1").expect("a reference");
        let plain = Intent::new(reference, store, amount, uri, Mode::Test, 7);
        let metadata = serde_json::from_value(json!({ "customer": 17, "basket": { "rolls": 2 } }));
        let full = plain.clone().metadata(metadata.expect("an object")).expect("no reserved member");
        let endpoints = ["https://shop.example/hooks", "https://b.example/"];
        let full = full
            .ip("2001:db8::7".parse::<IpAddr>().expect("an address"))
            .webhook_endpoints(WebhookEndpoints::new(endpoints).expect("endpoints"))
            .pay_within(Duration::from_secs(1_800))
            .refund_if_paid_late(true)
            .description("ผ้า".to_owned());
        for intent in [plain, full] {
            let text = serde_json::to_string(&StoredIntent::from(intent.clone())).expect("JSON");
            let stored: StoredIntent = serde_json::from_str(&text).expect("an intent");
            assert_eq!(Intent::from(stored), intent, "{text}");
        }
    }
}
