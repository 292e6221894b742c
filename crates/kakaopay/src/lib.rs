#![doc = include_str!("../README.md")]

mod checkout;
mod clock;
mod engine;
mod error;
mod handler;
mod inbox;
mod merchant;
mod order;
mod run;
mod wire;

pub use checkout::{Checkout, Status};
pub use clock::{Clock, SystemClock};
pub use error::Error;
pub use handler::Handler;
pub use inbox::Inbox;
pub use merchant::{Merchant, MerchantBuilder};
pub use order::Order;
pub use run::Worked;

pub use kakaopay_flows::{Attention, Event, Settlement, State};
pub use kakaopay_ledger as ledger;
pub use kakaopay_transport as transport;
pub use kakaopay_types as types;
pub use kakaopay_webhook as webhook;
