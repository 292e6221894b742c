//! Calls that concern charges.

use super::contract::{Endpoint, Method, Mutation, Read};
use super::page::Page;
use crate::charge::Charge;
use crate::failure::FailureCode;
use crate::id::{ChargeId, SourceId};
use crate::key::SecretOnly;
use crate::limits::PaymentAmount;
use crate::list::List;
use crate::params::Params;
use crate::platform::PlatformType;
use crate::reference::AttemptReference;
use crate::return_uri::ReturnUri;
use crate::source::SourceType;

/// `POST /charges`: creates a KakaoPay charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateCharge {
    /// How much is to be paid; the same as the source's.
    pub amount: PaymentAmount,
    /// Where the buyer comes back to.
    pub return_uri: ReturnUri,
    /// What it is paid from.
    pub source: ChargeSource,
    /// Text about the order, for the dashboard and the service's fraud checks.
    pub description: Option<String>,
    /// By what the charge is found again should the answer be lost; goes into `metadata`.
    pub attempt: AttemptReference,
}

/// What a charge is paid from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChargeSource {
    /// A source that was created before, by the buyer's browser or by the merchant.
    Existing(SourceId),
    /// A new KakaoPay source, created in the same call.
    New {
        /// The platform the buyer pays on.
        platform_type: Option<PlatformType>,
    },
}

impl Endpoint for CreateCharge {
    type Access = SecretOnly;
    type Effect = Mutation;
    type Response = Charge;

    const OPERATION: &'static str = "charges.create";
    const METHOD: Method = Method::Post;

    fn path(&self) -> String {
        "/charges".to_owned()
    }

    fn params(&self) -> Params {
        let params = Params::new()
            .with("amount", self.amount.minor_units())
            .with("currency", self.amount.currency().as_str())
            .with("return_uri", self.return_uri.as_str());
        let params = match &self.source {
            ChargeSource::Existing(id) => params.with("source", id.as_str()),
            ChargeSource::New { platform_type } => params.with(
                "source",
                Params::new()
                    .with("type", SourceType::Kakaopay.as_str())
                    .with_some("platform_type", platform_type.as_ref().map(PlatformType::as_str)),
            ),
        };
        params
            .with_some("description", self.description.as_deref())
            .with("metadata", Params::new().with(AttemptReference::METADATA_KEY, self.attempt.to_string()))
    }
}

/// `GET /charges/{id}`: reads a charge. The only call that tells what became of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrieveCharge {
    /// The charge to read.
    pub id: ChargeId,
}

impl Endpoint for RetrieveCharge {
    type Access = SecretOnly;
    type Effect = Read;
    type Response = Charge;

    const OPERATION: &'static str = "charges.retrieve";
    const METHOD: Method = Method::Get;

    fn path(&self) -> String {
        format!("/charges/{}", self.id)
    }
}

/// `GET /charges`: reads a page of the account's charges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListCharges {
    /// Which part of the list.
    pub page: Page,
}

impl Endpoint for ListCharges {
    type Access = SecretOnly;
    type Effect = Read;
    type Response = List<Charge>;

    const OPERATION: &'static str = "charges.list";
    const METHOD: Method = Method::Get;

    fn path(&self) -> String {
        "/charges".to_owned()
    }

    fn params(&self) -> Params {
        self.page.params()
    }
}

/// `POST /charges/{id}/mark_as_paid`: ends a pending test charge as the buyer's approval would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkChargeAsPaid {
    /// The test charge.
    pub id: ChargeId,
}

impl Endpoint for MarkChargeAsPaid {
    type Access = SecretOnly;
    type Effect = Mutation;
    type Response = Charge;

    const OPERATION: &'static str = "charges.mark_as_paid";
    const METHOD: Method = Method::Post;

    fn path(&self) -> String {
        format!("/charges/{}/mark_as_paid", self.id)
    }
}

/// `POST /charges/{id}/mark_as_failed`: ends a pending test charge as a failure would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkChargeAsFailed {
    /// The test charge.
    pub id: ChargeId,
    /// Why it fails; `None` leaves it to the service.
    pub failure_code: Option<FailureCode>,
}

impl Endpoint for MarkChargeAsFailed {
    type Access = SecretOnly;
    type Effect = Mutation;
    type Response = Charge;

    const OPERATION: &'static str = "charges.mark_as_failed";
    const METHOD: Method = Method::Post;

    fn path(&self) -> String {
        format!("/charges/{}/mark_as_failed", self.id)
    }

    fn params(&self) -> Params {
        Params::new().with_some("failure_code", self.failure_code.as_ref().map(FailureCode::as_str))
    }
}
