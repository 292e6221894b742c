//! What the merchant wants: one order to be paid once.

use std::num::NonZeroU32;

use kakaopay_types::endpoint::{ChargeSource, CreateCharge, CreateSource};
use kakaopay_types::{
    AttemptReference, Expected, Mode, PaymentAmount, PlatformType, Reference, ReturnUri, SourceId,
};

/// One order to be paid once. It never changes after the payment was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The merchant's name for the order.
    pub reference: Reference,
    /// How much is to be paid.
    pub amount: PaymentAmount,
    /// The mode of the key the charge is created with. A charge of the other mode is not the order's.
    pub mode: Mode,
    /// Where the buyer comes back to.
    pub return_uri: ReturnUri,
    /// Text about the order, for the dashboard and the service's fraud checks.
    pub description: Option<String>,
    /// Where the source comes from.
    pub source: SourceMode,
    /// Spreads the polls of many payments; any number, chosen once.
    pub jitter_seed: u64,
}

/// Where the source of the charge comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceMode {
    /// One call makes the source and the charge, with the secret key.
    Inline(Option<PlatformType>),
    /// A call of its own makes the source, with the public key.
    Separate(Option<PlatformType>),
    /// The buyer's browser or app has made it already.
    Existing(SourceId),
}

impl Intent {
    /// What a charge must be like to be the order's, when it names an attempt made so far.
    pub(crate) fn expected(&self, named: Option<AttemptReference>, attempts: NonZeroU32) -> Expected {
        let number = match named {
            Some(named) if *named.order() == self.reference && named.number() <= attempts => named.number(),
            _ => attempts,
        };
        Expected::new(self.amount.money(), self.mode, self.reference.attempt(number))
    }

    pub(crate) fn create_source(&self, platform_type: Option<PlatformType>) -> CreateSource {
        CreateSource::new(self.amount).platform_type(platform_type)
    }

    pub(crate) fn create_charge(&self, source: ChargeSource, number: NonZeroU32) -> CreateCharge {
        let attempt = self.reference.attempt(number);
        let create = CreateCharge::new(self.amount, self.return_uri.clone(), source, attempt);
        create.description(self.description.clone())
    }
}
