//! What a payment asks its driver to do.

use kakaopay_types::Timestamp;
use kakaopay_types::endpoint::{CreateCharge, CreateRefund, CreateSource, RetrieveCharge};

use crate::event::Event;
use crate::failure::Trouble;
use crate::input::Answer;
use crate::journal::entry::Entry;
use crate::search::{LookUp, RefundList};

/// What a payment asks its driver to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Append the entry to the payment's journal, then answer
    /// [`Input::Persisted`](crate::Input::Persisted).
    Persist(Entry),
    /// Send a request, then answer [`Input::Answered`](crate::Input::Answered), once. One that changes
    /// something leaves within [`LEAVE_WITHIN_SECONDS`](crate::LEAVE_WITHIN_SECONDS), or not at all.
    Transmit(Request),
    /// Send the buyer to this address. It is opaque.
    Redirect(String),
    /// DeadlineChange the payment with [`Input::Tick`](crate::Input::Tick), in place of any deadline before.
    Deadline(Deadline),
    /// Tell the merchant.
    Event(Event),
}

/// When a payment wants to be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deadline {
    /// At this moment, or as soon after it as can be.
    At(Timestamp),
    /// Not at all.
    Never,
}

/// A request to the service.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Create the source. Harmless when done twice: a source moves no money.
    CreateSource(CreateSource),
    /// Create the charge.
    CreateCharge(CreateCharge),
    /// Read the charge.
    RetrieveCharge(RetrieveCharge),
    /// Look for a charge that may have been created.
    LookUp(LookUp),
    /// Create the refund.
    CreateRefund {
        /// The how manieth request for this refund it is, from one.
        number: u32,
        /// What to send.
        create: CreateRefund,
    },
    /// Read the charge's refunds.
    ListRefunds(RefundList),
}

impl Request {
    /// Whether it changes anything at the service.
    #[must_use]
    pub fn is_mutation(&self) -> bool {
        matches!(self, Self::CreateSource(_) | Self::CreateCharge(_) | Self::CreateRefund { .. })
    }

    /// What to tell the payment when the request has no answer to show.
    #[must_use]
    pub fn without_answer(self, trouble: Trouble) -> Answer {
        match self {
            Self::CreateSource(_) => Answer::Source(Err(trouble)),
            Self::CreateCharge(create) => {
                Answer::Charge { attempt: create.metadata.reference.number(), result: Err(trouble) }
            }
            Self::RetrieveCharge(read) => Answer::Read { charge: read.id, result: Err(trouble) },
            Self::LookUp(request) => Answer::LookUp { request, result: Err(trouble) },
            Self::CreateRefund { number, create } => {
                Answer::Refund { reference: create.metadata.reference, number, result: Err(trouble) }
            }
            Self::ListRefunds(request) => Answer::Refunds { request, result: Err(trouble) },
        }
    }
}
