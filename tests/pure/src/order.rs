//! One order that the tests pay, and its charges.

use std::num::NonZeroU32;

use kakaopay_flows::{Intent, SourceMode};
use kakaopay_types::{
    AttemptReference, Charge, Currency, Mode, Money, PaymentAmount, PlatformType, Reference, ReturnUri,
    StoreId, Timestamp,
};
use serde_json::{Value, json};

use crate::guide;

/// The order of the guide's example: 1500 Singapore dollars.
#[derive(Debug, Clone)]
pub struct Order {
    /// The merchant's intent.
    pub intent: Intent,
}

impl Order {
    /// The order with a way to get its source.
    ///
    /// # Panics
    /// Never: its values are good.
    #[must_use]
    pub fn new(source: SourceMode) -> Self {
        let intent = Intent::new(
            Reference::parse("order-345678").expect("a reference"),
            StoreId::from_bits(7),
            PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount"),
            ReturnUri::parse("https://example.com/orders/345678/complete").expect("an address"),
            Mode::Test,
            7,
        )
        .source(source);
        Self { intent }
    }

    /// The order, paid in one call.
    #[must_use]
    pub fn one_call() -> Self {
        Self::new(SourceMode::Inline(Some(PlatformType::Web)))
    }

    /// The order, paid in two calls.
    #[must_use]
    pub fn two_calls() -> Self {
        Self::new(SourceMode::Separate(Some(PlatformType::Web)))
    }

    /// A charge of the order: the guide's, with the attempt in its metadata and some changes.
    #[must_use]
    pub fn charge(&self, attempt: u32, changes: &[(&str, Value)]) -> Charge {
        let attempt = NonZeroU32::new(attempt).unwrap_or(NonZeroU32::MIN);
        let attempt = self.intent.reference.attempt(attempt).to_string();
        let store = self.intent.store.as_str();
        let names = json!({ AttemptReference::METADATA_KEY: attempt, StoreId::METADATA_KEY: store });
        let mut all = vec![("metadata", names)];
        all.extend(changes.iter().map(|(path, value)| (*path, value.clone())));
        guide::charge_with(&all)
    }
}

/// The metadata of the order's refund of this reference.
#[must_use]
pub fn refund_names(reference: &str) -> Value {
    let store = Order::one_call().intent.store;
    json!({ AttemptReference::METADATA_KEY: reference, StoreId::METADATA_KEY: store.as_str() })
}

/// The moment the guide's charge was created.
///
/// # Panics
/// Never: the text is a moment.
#[must_use]
pub fn start() -> Timestamp {
    Timestamp::parse("2023-06-15T02:25:15Z").expect("a moment")
}

/// So many seconds after that.
#[must_use]
pub fn at(seconds: i64) -> Timestamp {
    start().saturating_add_seconds(seconds)
}
