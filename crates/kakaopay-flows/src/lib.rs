//! The KakaoPay payment, with its refunds, as a state machine without IO, clock or randomness.
//!
//! [`Payment`] is told what happens and answers what to do; how to drive it stands on the type.
//! What makes it safe to lose any answer, any webhook, and the process itself:
//!
//! - The intent is durable before its request leaves ([`Output::Persist`] before
//!   [`Output::Transmit`]).
//! - A creation that went unanswered is looked up by its reference and never sent again blindly, and
//!   neither is a refund.
//! - At most one link is ever handed out; another charge of the order is watched until its end.
//! - A webhook, and the buyer's return, are reasons to read the charge and nothing more.
//! - Only a charge read from the service, equal to the order in amount, currency, mode, reference
//!   and kind of source, settles a payment ([`kakaopay_types::Confirmed`]).
//! - Silence is never turned into failure: only the service's word ends a payment.
//! - A final state stays; what contradicts it asks a person to look ([`Attention`]).
#![doc = include_str!("../TABLES.md")]

mod attention;
mod creating;
mod error;
mod event;
#[cfg(test)]
mod forms;
mod input;
mod intent;
mod lookup;
mod model;
mod observe;
mod other;
mod output;
mod payment;
mod record;
mod refund;
mod refusal;
mod schedule;
mod snapshot;
mod state;
mod step;
mod stored;
mod trouble;
mod wake;

pub use attention::Attention;
pub use error::{Misuse, RefundError, ReplayError};
pub use event::{Event, RefundNotice, Settlement};
pub use input::{Answer, Evidence, Input, Now};
pub use intent::{Intent, SourcePlan};
pub use other::Other;
pub use output::{Deadline, LookUp, Output, RefundList, Request};
pub use payment::Payment;
pub use record::{Entry, Record, StoredIntent};
pub use refund::{AfterWindow, Refund, RefundOrder, RefundRecord, RefundState, Withdrawal};
pub use schedule::LEAVE_WITHIN_SECONDS;
pub use state::{Creating, Pending, Stage, State};
pub use trouble::Trouble;
