//! An order to be paid.

use std::net::IpAddr;
use std::time::Duration;

use kakaopay_flows::{Intent, SourceMode};
use kakaopay_types::endpoint::{ReservedMember, WebhookEndpoints};
use kakaopay_types::{Metadata, Mode, PaymentAmount, PlatformType, Reference, ReturnUri, SourceId, StoreId};

use crate::error::Error;
use crate::invalid_order::InvalidOrder;

/// An order to be paid. Each order needs its own reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    reference: Reference,
    amount: PaymentAmount,
    return_uri: ReturnUri,
    description: Option<String>,
    metadata: Metadata,
    ip: Option<IpAddr>,
    webhook_endpoints: Option<WebhookEndpoints>,
    source: SourceMode,
    pay_within: Option<Duration>,
    refund_if_paid_late: bool,
}

impl Order {
    /// Maximum length of a description, in characters. The API documents none; a longer one could be rejected.
    pub const MAX_DESCRIPTION: usize = 1_000;
    /// Maximum size of the metadata as JSON, in bytes. The API documents none; it is in every response and webhook.
    pub const MAX_METADATA: usize = 4_096;

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
            metadata: Metadata::default(),
            ip: None,
            webhook_endpoints: None,
            source,
            pay_within: None,
            refund_if_paid_late: false,
        }
    }

    /// Sets the description, shown on the API's dashboard and used for its fraud checks: at most
    /// [`MAX_DESCRIPTION`](Self::MAX_DESCRIPTION) characters.
    #[must_use]
    pub fn with_description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// Sets members of the charge's metadata, shown on the API's dashboard and in its webhooks, such as a customer's number
    /// in your system. It returns numbers as texts, because requests are forms. At most [`MAX_METADATA`](Self::MAX_METADATA) bytes as JSON; names that begin with `kakaopay_` are
    /// this library's. The payment's journal keeps them until it is [pruned or erased](crate::prune).
    #[must_use]
    pub fn with_metadata(self, metadata: Metadata) -> Self {
        Self { metadata, ..self }
    }

    /// Sets the buyer's IP address, which the API uses for its fraud checks.
    #[must_use]
    pub fn with_ip(self, ip: IpAddr) -> Self {
        Self { ip: Some(ip), ..self }
    }

    /// Sets where the API posts the webhooks of this order's charge and its refunds. They replace the account's endpoint:
    /// the address of [`Merchant::webhook_service`](crate::Merchant::webhook_service) must be among them. Otherwise the
    /// payment is noticed only by polls, and a refund at the dashboard only by the next reconciliation.
    #[must_use]
    pub fn with_webhook_endpoints(self, endpoints: WebhookEndpoints) -> Self {
        Self { webhook_endpoints: Some(endpoints), ..self }
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
    /// still [`Paid`](crate::PaymentEvent::Paid). If the API's responses have no `Date`, the hold does not end. A charge that
    /// is found after its hold, because the response to its creation was lost, is cancelled by its next read, a few seconds
    /// later.
    #[must_use]
    pub fn pay_within(self, hold: Duration) -> Self {
        Self { pay_within: Some(hold), ..self }
    }

    /// Refunds [late money](crate::PaymentEvent::PaidLate) of this order without being asked, in full, under the refund
    /// reference `late:` and the id of its charge. Default: `false`. Such a payment is also read shortly after 00:00 and
    /// 00:10 UTC+8, because KakaoPay refunds only until 00:15. If money stays, because the window had closed, the API refused, or
    /// others refunded a part meanwhile, that raises an alert
    /// ([`LateNotRefunded`](kakaopay_flows::Alert::LateNotRefunded)). So does late money that a restored store finds, which may
    /// lack that the goods were released. A charge that differs from the order is left to a person.
    #[must_use]
    pub fn refund_if_paid_late(self, refund: bool) -> Self {
        Self { refund_if_paid_late: refund, ..self }
    }

    /// Returns the order reference.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// Checks what the types of its members do not. An order that was read from its charge is as the service has it.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.find_mistake().map_err(self.invalid())
    }

    fn invalid<E: Into<InvalidOrder>>(&self) -> impl Fn(E) -> Error + use<E> {
        let reference = self.reference.clone();
        move |why| Error::InvalidOrder { reference: reference.clone(), why: why.into() }
    }

    fn find_mistake(&self) -> Result<(), InvalidOrder> {
        ReservedMember::check(&self.metadata)?;
        let length = self.description.as_ref().map_or(0, |text| text.chars().count());
        if length > Self::MAX_DESCRIPTION {
            return Err(InvalidOrder::DescriptionTooLong { length, max: Self::MAX_DESCRIPTION });
        }
        // Metadata is plain data with text keys, so its JSON serialization cannot fail.
        let size = serde_json::to_vec(&self.metadata).unwrap_or_default().len();
        if size > Self::MAX_METADATA {
            return Err(InvalidOrder::MetadataTooLarge { size, max: Self::MAX_METADATA });
        }
        Ok(())
    }

    pub(crate) fn needs_public_key(&self) -> bool {
        matches!(self.source, SourceMode::Separate(_))
    }

    /// Whether an existing payment is for the same order. The source may differ: a retry in the
    /// buyer's browser creates a new one.
    pub(crate) fn is_same(&self, intent: &Intent) -> bool {
        self.amount == intent.amount && self.reference == intent.reference
    }

    /// Returns the intent of its payment, unless its metadata has a reserved member.
    pub(crate) fn into_intent(self, store: StoreId, mode: Mode, jitter_seed: u64) -> Result<Intent, Error> {
        let invalid = self.invalid();
        let intent = Intent::new(self.reference, store, self.amount, self.return_uri, mode, jitter_seed);
        let intent = intent.metadata(self.metadata).map_err(invalid)?;
        Ok(intent
            .description(self.description)
            .ip(self.ip)
            .webhook_endpoints(self.webhook_endpoints)
            .source(self.source)
            .pay_within(self.pay_within)
            .refund_if_paid_late(self.refund_if_paid_late))
    }
}
