//! Calls that concern sources.

use super::contract::{Endpoint, Method, Mutation, Read};
use crate::id::SourceId;
use crate::key::AnyKey;
use crate::limits::PaymentAmount;
use crate::params::Params;
use crate::platform::PlatformType;
use crate::source::{Source, SourceType};

/// `POST /sources`: creates a KakaoPay source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateSource {
    /// How much is to be paid. The charge made from the source must ask for the same.
    pub amount: PaymentAmount,
    /// The platform the buyer pays on.
    pub platform_type: Option<PlatformType>,
}

impl Endpoint for CreateSource {
    type Access = AnyKey;
    type Effect = Mutation;
    type Response = Source;

    const OPERATION: &'static str = "sources.create";
    const METHOD: Method = Method::Post;

    fn path(&self) -> String {
        "/sources".to_owned()
    }

    fn params(&self) -> Params {
        Params::new()
            .with("amount", self.amount.minor_units())
            .with("currency", self.amount.currency().as_str())
            .with("type", SourceType::Kakaopay.as_str())
            .with_some("platform_type", self.platform_type.as_ref().map(PlatformType::as_str))
    }
}

/// `GET /sources/{id}`: reads a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrieveSource {
    /// The source to read.
    pub id: SourceId,
}

impl Endpoint for RetrieveSource {
    type Access = AnyKey;
    type Effect = Read;
    type Response = Source;

    const OPERATION: &'static str = "sources.retrieve";
    const METHOD: Method = Method::Get;

    fn path(&self) -> String {
        format!("/sources/{}", self.id)
    }
}
