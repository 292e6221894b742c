//! Outputs of a payment.

use kakaopay_types::Timestamp;
use kakaopay_types::endpoint::{CreateCharge, CreateRefund, CreateSource, ExpireCharge};

use crate::charge_read::ChargeRead;
use crate::event::PaymentEvent;
use crate::failure::RequestFailure;
use crate::input::Response;
use crate::journal::entry::JournalEntry;
use crate::search::{ChargeSearch, RefundSearch};

/// An instruction of a payment to its driver: see [`Payment::poll_output`](crate::Payment::poll_output).
#[derive(Debug, Clone, PartialEq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a driver must carry out each instruction, so a new one must not pass it"
)]
pub enum Output {
    /// Append the entry to the payment's journal, then handle
    /// [`Input::Persisted`](crate::Input::Persisted).
    Persist(JournalEntry),
    /// Send a request, then handle [`Input::Response`](crate::Input::Response) once. Send a mutation within
    /// [`MAX_SEND_DELAY_SECONDS`](crate::MAX_SEND_DELAY_SECONDS), or not at all.
    Transmit(Request),
    /// Redirect the buyer to this opaque address.
    Redirect(String),
    /// Replace the payment's deadline. Handle [`Input::Timeout`](crate::Input::Timeout) at the new one.
    Deadline(Deadline),
    /// Notify the merchant.
    Event(PaymentEvent),
}

/// The instant of a payment's next [`Input::Timeout`](crate::Input::Timeout).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "an instant or none is all there is")]
pub enum Deadline {
    /// At this instant, or as soon as possible after it.
    At(Timestamp),
    /// No timeout.
    Never,
}

/// A request to the service.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::exhaustive_enums, reason = "a driver must send each request, so a new one must not pass it")]
pub enum Request {
    /// Create the source. A repeated request is harmless, because a source moves no money.
    CreateSource(CreateSource),
    /// Create the charge.
    CreateCharge(CreateCharge),
    /// Read the charge.
    RetrieveCharge(ChargeRead),
    /// End the charge, so that it can no longer be paid. A repeated request is harmless, because it names its charge.
    ExpireCharge(ExpireCharge),
    /// Search the list of charges for a charge of the order.
    FindCharge(ChargeSearch),
    /// Create the refund.
    CreateRefund {
        /// The number of this request for the refund, starting at 1.
        number: u32,
        /// The refund to create.
        create: CreateRefund,
    },
    /// Read the list of the charge's refunds.
    ListRefunds(RefundSearch),
}

impl Request {
    /// Returns whether the request changes anything at the service.
    #[must_use]
    pub fn is_mutation(&self) -> bool {
        matches!(
            self,
            Self::CreateSource(_) | Self::CreateCharge(_) | Self::ExpireCharge(_) | Self::CreateRefund { .. }
        )
    }

    /// Returns whether both requests read the same, so that one response serves both. It counts as requested when the
    /// first of them was.
    #[must_use]
    pub fn is_same_read(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::RetrieveCharge(one), Self::RetrieveCharge(other)) => one.id == other.id,
            _ => self == other && !self.is_mutation(),
        }
    }

    /// Notes in a new read which entry was the payment's last. A further page keeps the entry of the first.
    pub(crate) fn requested_after(mut self, seq: u64) -> Self {
        match &mut self {
            Self::RetrieveCharge(ChargeRead { after_seq, .. })
            | Self::FindCharge(ChargeSearch { after_seq, .. })
            | Self::ListRefunds(RefundSearch { after_seq, .. })
                if *after_seq == 0 =>
            {
                *after_seq = seq;
            }
            _ => {}
        }
        self
    }

    /// Turns the request into the response for its failure.
    #[must_use]
    pub fn into_failure(self, failure: RequestFailure) -> Response {
        match self {
            Self::CreateSource(_) => Response::Source(Err(failure)),
            Self::CreateCharge(create) => {
                Response::Charge { attempt: create.metadata.reference.number(), result: Err(failure) }
            }
            Self::RetrieveCharge(ChargeRead { id, after_seq }) => {
                Response::Read { charge: id, after_seq, served_at: None, result: Err(failure) }
            }
            Self::ExpireCharge(expire) => Response::Expire { charge: expire.id, result: Err(failure) },
            Self::FindCharge(request) => {
                Response::FindCharge { request, served_at: None, result: Err(failure) }
            }
            Self::CreateRefund { number, create } => {
                Response::Refund { reference: create.metadata.reference, number, result: Err(failure) }
            }
            Self::ListRefunds(request) => {
                Response::Refunds { request, served_at: None, result: Err(failure) }
            }
        }
    }
}
