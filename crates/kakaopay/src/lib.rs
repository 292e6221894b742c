//! Accept KakaoPay through Omise: payments that are never lost, settled twice, or believed without
//! proof.
//!
//! [`Merchant`] drives the machine of `kakaopay-flows` over the client of `kakaopay-transport` and
//! a store of `kakaopay-ledger`. It moves values and holds no rules of its own.
//!
//! What a shop does:
//!
//! 1. [`Merchant::checkout`] an [`Order`], and send the buyer to the address it gives.
//! 2. Serve [`Merchant::receiver`] where the dashboard's webhook points to.
//! 3. Keep [`Merchant::run`] running, and release the goods when its [`Handler`] is told of a
//!    [`Settlement`].
//! 4. On the page the buyer comes back to, show what [`Merchant::returned`] says.
//!
//! What is told in `tracing`, at `INFO` and above: each `payment` fact with `reference`, `seq` and
//! `record`; each `webhook` with its `key` and whether it was new; each request without a good
//! answer with `operation`, `kind`, `delivery`, `status` and `request_id`.

mod checkout;
mod clock;
mod engine;
mod error;
mod handler;
mod inbox;
#[cfg(feature = "server")]
mod listener;
mod load;
mod merchant;
mod order;
mod run;
#[cfg(feature = "server")]
mod serve;
mod wire;

pub use checkout::{Checkout, Status};
pub use clock::{Clock, SystemClock};
pub use error::Error;
pub use handler::Handler;
pub use inbox::Inbox;
#[cfg(feature = "server")]
pub use listener::Listener;
pub use merchant::{Merchant, MerchantBuilder};
pub use order::Order;
pub use run::Worked;
#[cfg(feature = "server")]
pub use serve::serve;

pub use kakaopay_flows::{Attention, Event, Settlement, SourcePlan, State};
pub use kakaopay_ledger as ledger;
pub use kakaopay_transport as transport;
pub use kakaopay_types as types;
pub use kakaopay_webhook as webhook;
