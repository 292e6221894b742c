//! An order to be paid.

use std::time::Duration;

use kakaopay_flows::{Intent, SourceMode};
use kakaopay_types::{Mode, PaymentAmount, PlatformType, Reference, ReturnUri, SourceId, StoreId};

/// An order to be paid. Each order needs its own reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    reference: Reference,
    amount: PaymentAmount,
    return_uri: ReturnUri,
    description: Option<String>,
    source: SourceMode,
    pay_within: Option<Duration>,
    refund_if_paid_late: bool,
}

impl Order {
    /// Creates an order. Its source is created together with its charge, in one request, for a buyer
    /// on the web.
    #[must_use]
    pub fn new(reference: Reference, amount: PaymentAmount, return_uri: ReturnUri) -> Self {
        let source = SourceMode::Inline(Some(PlatformType::Web));
        Self {
            reference,
            amount,
            return_uri,
            description: None,
            source,
            pay_within: None,
            refund_if_paid_late: false,
        }
    }

    /// Sets the description, shown on the API's dashboard and used for its fraud checks.
    #[must_use]
    pub fn with_description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// Sets the buyer's platform. Default: [`PlatformType::Web`]. Ignored with
    /// [`Order::with_source`].
    #[must_use]
    pub fn with_platform(self, platform: PlatformType) -> Self {
        let source = match self.source {
            SourceMode::Inline(_) => SourceMode::Inline(Some(platform)),
            SourceMode::Separate(_) => SourceMode::Separate(Some(platform)),
            other => other,
        };
        Self { source, ..self }
    }

    /// Creates the source separately, with the public key, in a request before the charge. Ignored
    /// with [`Order::with_source`].
    #[must_use]
    pub fn with_separate_source(self) -> Self {
        let source = match self.source {
            SourceMode::Inline(platform) => SourceMode::Separate(platform),
            other => other,
        };
        Self { source, ..self }
    }

    /// Uses an existing source, created by the buyer's browser or app.
    #[must_use]
    pub fn with_source(self, source: SourceId) -> Self {
        Self { source: SourceMode::Existing(source), ..self }
    }

    /// Holds the order for this long: the buyer may pay within it, counted by the API's clock from when the charge was
    /// created. Then the payment is cancelled as by [`Merchant::cancel`](crate::Merchant::cancel), after the charge was read.
    /// Default: for as long as the API lets the charge be paid.
    ///
    /// Free the goods when you are notified, and by no timer of your own: until
    /// [`Cancelled`](crate::PaymentEvent::Cancelled) or [`CancelRefused`](crate::PaymentEvent::CancelRefused) a success is
    /// still [`Paid`](crate::PaymentEvent::Paid). If the API's responses have no `Date`, the hold does not end.
    #[must_use]
    pub fn pay_within(self, hold: Duration) -> Self {
        Self { pay_within: Some(hold), ..self }
    }

    /// Refunds [late money](crate::PaymentEvent::PaidLate) of this order without being asked, in full, under the refund
    /// reference `late:` and the id of its charge. Default: `false`. Such a payment is also read shortly after 00:00 and
    /// 00:10 UTC+8, because KakaoPay refunds only until 00:15; behind that it raises an alert. A charge that differs from
    /// the order is left to a person.
    #[must_use]
    pub fn refund_if_paid_late(self, refund: bool) -> Self {
        Self { refund_if_paid_late: refund, ..self }
    }

    /// Returns the order reference.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    pub(crate) fn needs_public_key(&self) -> bool {
        matches!(self.source, SourceMode::Separate(_))
    }

    /// Whether an existing payment is for the same order. The source may differ: a retry in the
    /// buyer's browser creates a new one.
    pub(crate) fn is_same(&self, intent: &Intent) -> bool {
        self.amount == intent.amount && self.reference == intent.reference
    }

    pub(crate) fn into_intent(self, store: StoreId, mode: Mode, jitter_seed: u64) -> Intent {
        Intent::new(self.reference, store, self.amount, self.return_uri, mode, jitter_seed)
            .description(self.description)
            .source(self.source)
            .pay_within(self.pay_within)
            .refund_if_paid_late(self.refund_if_paid_late)
    }
}
