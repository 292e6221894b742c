//! The calls, grouped by API resource.

mod account;
mod charges;
mod events;
mod refunds;
mod sources;

pub use charges::Charges;
pub use events::Events;
pub use refunds::Refunds;
pub use sources::Sources;
