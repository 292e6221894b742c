//! The API's endpoints as values: path, parameters, required key and response type.

mod constructor;
mod contract;
mod definition;
mod field;
mod outgoing;
mod page;
mod path;
#[cfg(feature = "server")]
mod receive;

mod account;
mod charge_source;
mod charges;
mod events;
mod filters;
mod query;
mod refunds;
mod search;
mod sources;
mod webhook_endpoints;

pub use account::{RetrieveAccount, RetrieveCapability};
pub use charge_source::ChargeSource;
pub use charges::{
    CreateCharge, ExpireCharge, ListChargeEvents, ListCharges, MarkChargeAsFailed, MarkChargeAsPaid,
    RetrieveCharge, UpdateCharge,
};
pub use contract::{Effect, Endpoint, Method, Mutation, Read};
pub use events::{ListEvents, RetrieveEvent};
pub use filters::Filters;
pub use outgoing::{ChargeMetadata, RefundMetadata, RequestMetadata, ReservedMember};
pub use page::ListParams;
pub use query::SearchParams;
#[cfg(feature = "server")]
pub use receive::{FromRequest, InvalidRequest};
pub use refunds::{CreateRefund, ListChargeRefunds, ListRefunds, RetrieveRefund};
pub use search::{SearchCharges, SearchRefunds};
pub use sources::{CreateSource, RetrieveSource};
pub use webhook_endpoints::{InvalidWebhookEndpoints, WebhookEndpoints};
