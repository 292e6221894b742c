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
//! - A final state stays; what contradicts it asks a person to look ([`Alert`]).
//!
//! ```text
//! Creating ──► Pending ──► Successful ──► refunds
//!    │            ├──────► Failed
//!    │            └──────► Expired
//!    └──────────────────► Refused
//! ```
//!
//! [TABLES.md](https://github.com/kakaopay-rs/kakaopay/blob/main/crates/kakaopay-flows/TABLES.md) lists the
//! effect of every input in every state.

mod alert;
mod error;
mod event;
mod failure;
mod input;
mod intent;
mod output;
mod refund_order;
mod refusal;
mod search;

mod journal;

mod state;

mod next_deadline;
mod schedule;

mod transition;

mod rules;

mod payment;

#[cfg(test)]
mod golden_tests;

pub use alert::Alert;
pub use error::{ApiMisuse, RefundError, ReplayError};
pub use event::{PaidOrder, PaymentEvent, RefundNotice};
pub use failure::RequestFailure;
pub use input::{Evidence, Input, Response};
pub use intent::{Intent, SourceMode};
pub use journal::entry::JournalEntry;
pub use journal::record::{Record, StoredIntent};
pub use journal::refund_record::RefundRecord;
pub use output::{Deadline, Output, Request};
pub use payment::Payment;
pub use refund_order::{CancelReason, LateRefund, RefundRequest};
pub use schedule::MAX_SEND_DELAY_SECONDS;
pub use search::{ChargeSearch, RefundSearch};
pub use state::duplicate_charge::DuplicateCharge;
pub use state::lifecycle::{Creating, Pending, Stage, State};
pub use state::refund::{RefundProcess, RefundState};
