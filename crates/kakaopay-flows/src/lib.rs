//! The KakaoPay payment as a state machine without IO, clock or randomness.
//!
//! [`Payment`] is told what happens and answers what to do; how to drive it stands on the type.
//! What makes it safe to lose any answer, any webhook, and the process itself:
//!
//! - The intent is durable before its request leaves ([`Output::Persist`] before
//!   [`Output::Transmit`]).
//! - A creation that went unanswered is looked up by its reference and never sent again blindly.
//! - A webhook, and the buyer's return, are reasons to read the charge and nothing more.
//! - Only a charge read from the service, equal to the order in amount, currency, mode, reference
//!   and kind of source, settles a payment ([`kakaopay_types::Confirmed`]).
//! - Silence is never turned into failure: only the service's word ends a payment.
//! - A final state stays; what contradicts it asks a person to look ([`Attention`]).

mod error;
mod event;
mod input;
mod intent;
mod lookup;
mod model;
mod observe;
mod output;
mod payment;
mod record;
mod schedule;
mod state;
mod step;

pub use error::{Misuse, ReplayError};
pub use event::{Attention, Event, Settlement};
pub use input::{Answer, Evidence, Input, Now, Trouble};
pub use intent::{Intent, SourcePlan};
pub use output::{Deadline, LookUp, Output, Request};
pub use payment::Payment;
pub use record::{Entry, Record, StoredIntent};
pub use state::{Creating, Pending, Stage, State};
