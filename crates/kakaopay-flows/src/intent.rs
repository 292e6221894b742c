//! The order to be paid.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use kakaopay_types::endpoint::{
    ChargeMetadata, ChargeSource, CreateCharge, CreateSource, ReservedMember, WebhookEndpoints,
};
use kakaopay_types::{
    Metadata, Mode, PaymentAmount, PlatformType, Reference, ReturnUri, SourceId, StoreId, Timestamp,
};

/// An order to be paid once. It changes only with another attempt: see [`Payment::pay_again`](crate::Payment::pay_again).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Intent {
    /// The merchant's reference of the order.
    pub reference: Reference,
    /// The store that has the order. A charge that names another one is another order's.
    pub store: StoreId,
    /// The amount to be paid.
    pub amount: PaymentAmount,
    /// The mode of the key that creates the charge. A charge of the other mode never pays the order.
    pub mode: Mode,
    /// The address that the buyer returns to.
    pub return_uri: ReturnUri,
    /// A description of the order, for the dashboard and the service's fraud checks.
    pub description: Option<String>,
    /// The merchant's own members of the charge's metadata.
    pub(crate) metadata: Metadata,
    /// The buyer's IP address, for the service's fraud checks.
    pub ip: Option<IpAddr>,
    /// The endpoints of the charge's webhooks, instead of the account's.
    pub webhook_endpoints: Option<WebhookEndpoints>,
    /// How the source is created.
    pub source: SourceMode,
    /// Seed of the poll jitter, which spreads the polls of many payments. Any number, chosen once.
    pub jitter_seed: u64,
    /// The service's time when the order was opened, or earlier. Its charge is looked for since then. `None` if the
    /// service has shown no time.
    pub served_at: Option<Timestamp>,
    /// How long the buyer may pay: the hold. It counts from the charge's `created_at`, by the service's clock, and is
    /// judged when the charge is read; then the payment is cancelled. `None` for as long as the charge can be paid.
    pub pay_within: Option<Duration>,
    /// Whether late money is refunded without being asked, while the refund window is open.
    pub refund_if_paid_late: bool,
}

/// How the source of the charge is created.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceMode {
    /// One request with the secret key creates both the source and the charge.
    Inline(Option<PlatformType>),
    /// A separate request with the public key creates the source.
    Separate(Option<PlatformType>),
    /// The buyer's browser or app has already created it.
    Existing(SourceId),
}

impl Intent {
    /// Creates the intent of a payment. Its source is created together with its charge, in one request, for
    /// a buyer on any platform, until [`source`](Self::source) sets another way.
    #[must_use]
    pub fn new(
        reference: Reference,
        store: StoreId,
        amount: PaymentAmount,
        return_uri: ReturnUri,
        mode: Mode,
        jitter_seed: u64,
    ) -> Self {
        Self {
            reference,
            store,
            amount,
            mode,
            return_uri,
            description: None,
            metadata: Metadata::default(),
            ip: None,
            webhook_endpoints: None,
            source: SourceMode::Inline(None),
            jitter_seed,
            served_at: None,
            pay_within: None,
            refund_if_paid_late: false,
        }
    }

    /// Sets the description.
    #[must_use]
    pub fn description(self, description: impl Into<Option<String>>) -> Self {
        Self { description: description.into(), ..self }
    }

    /// Replaces the merchant's own members of the charge's metadata.
    ///
    /// # Errors
    /// [`ReservedMember`] if the name of one begins with `kakaopay_`: choose another name.
    pub fn metadata(self, metadata: Metadata) -> Result<Self, ReservedMember> {
        ReservedMember::check(&metadata)?;
        Ok(Self { metadata, ..self })
    }

    /// Sets the buyer's IP address.
    #[must_use]
    pub fn ip(self, ip: impl Into<Option<IpAddr>>) -> Self {
        Self { ip: ip.into(), ..self }
    }

    /// Sets the endpoints of the charge's webhooks. The account's endpoint gets none of them then.
    #[must_use]
    pub fn webhook_endpoints(self, endpoints: impl Into<Option<WebhookEndpoints>>) -> Self {
        Self { webhook_endpoints: endpoints.into(), ..self }
    }

    /// Sets the service's time at which the order is opened, or an earlier one.
    #[must_use]
    pub fn served_at(self, served_at: impl Into<Option<Timestamp>>) -> Self {
        Self { served_at: served_at.into(), ..self }
    }

    /// Sets how long the buyer may pay.
    #[must_use]
    pub fn pay_within(self, pay_within: impl Into<Option<Duration>>) -> Self {
        Self { pay_within: pay_within.into(), ..self }
    }

    /// Sets whether late money is refunded without being asked.
    #[must_use]
    pub fn refund_if_paid_late(self, refund_if_paid_late: bool) -> Self {
        Self { refund_if_paid_late, ..self }
    }

    /// Sets how the source is created.
    #[must_use]
    pub fn source(self, source: SourceMode) -> Self {
        Self { source, ..self }
    }

    pub(crate) fn create_source(&self, platform_type: Option<PlatformType>) -> CreateSource {
        CreateSource::new(self.amount).platform_type(platform_type)
    }

    pub(crate) fn create_charge(&self, source: ChargeSource, number: NonZeroU32) -> CreateCharge {
        let attempt = self.reference.attempt(number);
        let own = ChargeMetadata::new(attempt).store(self.store.clone());
        // The members were checked, or a charge was created with them.
        let metadata = own.clone().with_extra(self.metadata.clone()).unwrap_or(own);
        CreateCharge::new(self.amount, self.return_uri.clone(), source, metadata)
            .description(self.description.clone())
            .ip(self.ip)
            .webhook_endpoints(self.webhook_endpoints.clone())
    }
}
