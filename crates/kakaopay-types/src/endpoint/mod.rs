//! The calls of the API as values: what to send, with which key, and what comes back.

mod charges;
mod contract;
mod events;
mod page;
mod sources;

pub use charges::{
    ChargeSource, CreateCharge, ListCharges, MarkChargeAsFailed, MarkChargeAsPaid, RetrieveCharge,
};
pub use contract::{Effect, Endpoint, Method, Mutation, Read};
pub use events::{ListEvents, RetrieveEvent};
pub use page::Page;
pub use sources::{CreateSource, RetrieveSource};
