//! Sans-I/O state machines of a KakaoPay payment and its refunds, without clock or randomness.
//!
//! [`Payment`] takes an [`Input`] and returns [`Output`]s; its documentation describes how to drive it. The
//! following rules make it safe to lose any response, any webhook, and the process:
//!
//! - The intent is durable before its request is sent ([`Output::Persist`] before
//!   [`Output::Transmit`]).
//! - A charge or refund whose outcome is unknown is searched for by its reference, and requested again only
//!   after the search has found that it does not exist.
//! - At most one charge that can still be paid has its address handed out; duplicate charges are polled until they end.
//! - A webhook, or the buyer's return, only makes the payment read its charge.
//! - Only a charge read from the service, equal to the order in amount, currency, mode, reference
//!   and source type, makes a payment paid ([`kakaopay_types::Confirmed`]).
//! - A charge whose money has gone back in full by its first reading as paid releases no goods
//!   ([`PaymentEvent::PaidAndRefunded`]).
//! - A missing response never counts as a failure: only the service's response ends a payment.
//! - No single clock decides about money: after an unknown outcome a request is repeated only after two lists
//!   that lack its object, with enough time in between by the service's own clock, or by a person's
//!   [`Input::Resume`]. The driver's clock plans polls and raises alerts.
//! - Cancelling is a wish. Only a read of the charge ends the payment, and a success after the wish releases no goods
//!   ([`Input::Cancel`]).
//! - Evidence never changes a final state; what contradicts it raises an [`Alert`]. After an unpaid end the merchant may
//!   begin another attempt ([`Payment::pay_again`]), with an amount of its own; a charge of an earlier attempt that is paid
//!   after all is late money.
//!
//! ```text
//! Creating ──► Pending ──► Successful ──► refunds
//!    │            ├──────► Failed
//!    │            ├──────► Expired
//!    │            └──────► Cancelled
//!    └──────────────────► Refused, Cancelled
//! ```
//!
//! [TABLES.md](https://github.com/kakaopay-rs/kakaopay/blob/main/crates/kakaopay-flows/TABLES.md) lists the
//! effect of each input in each state.

#![deny(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod alert;
mod charge_read;
mod error;
mod event;
mod expectation;
mod failure;
mod input;
mod intent;
mod output;
mod refund_order;
mod refusal;
mod search;
mod service_time;

mod journal;

mod state;

mod next_deadline;
mod night_watch;
mod schedule;

mod transition;

mod rules;

mod replay;

mod payment;
mod payment_facts;

#[cfg(test)]
mod golden_tests;

pub use alert::Alert;
pub use charge_read::ChargeRead;
pub use error::{ApiMisuse, PayAgainError, PruneError, RefundError, ReplayError};
pub use event::{PaidOrder, PaymentEvent, RefundNotice};
pub use failure::RequestFailure;
pub use input::{Evidence, Input, Response};
pub use intent::{Intent, SourceMode};
pub use journal::entry::JournalEntry;
pub use journal::pruned::PrunedPayment;
pub use journal::record::Record;
pub use journal::refund_record::RefundRecord;
pub use journal::stored_intent::StoredIntent;
pub use output::{Deadline, Output, Request};
pub use payment::Payment;
pub use refund_order::{CancelReason, LateRefund, RefundRequest};
pub use schedule::{MAX_LATE_SECONDS, MAX_SEND_DELAY_SECONDS};
pub use search::{ChargeSearch, RefundSearch};
pub use service_time::ServiceTime;
pub use state::acknowledgement::Acknowledgement;
pub use state::cancellation::{CancelWish, CancelledBy};
pub use state::duplicate_charge::{DuplicateCharge, PaidReading};
pub use state::late_charge::{LateCharge, LateReason};
pub use state::lifecycle::{Creating, Pending, Stage, State};
pub use state::refund::RefundProcess;
pub use state::refund_state::RefundState;
