//! What is to be paid.

use kakaopay_flows::{Intent, SourcePlan};
use kakaopay_types::{Mode, PaymentAmount, PlatformType, Reference, ReturnUri, SourceId};

/// What is to be paid: one order, under a reference that no other order has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    reference: Reference,
    amount: PaymentAmount,
    return_uri: ReturnUri,
    description: Option<String>,
    source: SourcePlan,
}

impl Order {
    /// An order whose source is created together with its charge, in one call.
    #[must_use]
    pub fn new(reference: Reference, amount: PaymentAmount, return_uri: ReturnUri) -> Self {
        let source = SourcePlan::WithCharge(Some(PlatformType::Web));
        Self { reference, amount, return_uri, description: None, source }
    }

    /// The same with a text, for the dashboard and the service's fraud checks.
    #[must_use]
    pub fn with_description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// The same for a buyer on another platform than the web.
    #[must_use]
    pub fn with_platform(self, platform: PlatformType) -> Self {
        let source = match self.source {
            SourcePlan::WithCharge(_) => SourcePlan::WithCharge(Some(platform)),
            SourcePlan::Separate(_) => SourcePlan::Separate(Some(platform)),
            given @ SourcePlan::Given(_) => given,
        };
        Self { source, ..self }
    }

    /// The same with a source of its own, created by a call before the charge's, with the public
    /// key.
    #[must_use]
    pub fn with_separate_source(self) -> Self {
        let source = match self.source {
            SourcePlan::WithCharge(platform) => SourcePlan::Separate(platform),
            other => other,
        };
        Self { source, ..self }
    }

    /// The same with a source that the buyer's browser or app has created.
    #[must_use]
    pub fn with_source(self, source: SourceId) -> Self {
        Self { source: SourcePlan::Given(source), ..self }
    }

    /// What the order is known by.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    pub(crate) fn needs_public_key(&self) -> bool {
        matches!(self.source, SourcePlan::Separate(_))
    }

    /// Whether a payment that was opened before is for the same order. The source may differ: a
    /// buyer who tries again brings a new one.
    pub(crate) fn is_same(&self, intent: &Intent) -> bool {
        self.amount == intent.amount && self.reference == intent.reference
    }

    pub(crate) fn into_intent(self, mode: Mode, jitter_seed: u64) -> Intent {
        Intent {
            reference: self.reference,
            amount: self.amount,
            mode,
            return_uri: self.return_uri,
            description: self.description,
            source: self.source,
            jitter_seed,
        }
    }
}
