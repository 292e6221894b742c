//! What a payment asks its driver to do.

use kakaopay_types::Timestamp;
use kakaopay_types::endpoint::{CreateCharge, CreateRefund, CreateSource, RetrieveCharge};

use crate::event::PaymentEvent;
use crate::failure::RequestFailure;
use crate::input::Response;
use crate::journal::entry::JournalEntry;
use crate::search::{ChargeSearch, RefundSearch};

/// What a payment asks its driver to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Append the entry to the payment's journal, then answer
    /// [`Input::Persisted`](crate::Input::Persisted).
    Persist(JournalEntry),
    /// Send a request, then answer [`Input::Response`](crate::Input::Answered), once. One that changes
    /// something leaves within [`MAX_SEND_DELAY_SECONDS`](crate::LEAVE_WITHIN_SECONDS), or not at all.
    Transmit(Request),
    /// Send the buyer to this address. It is opaque.
    Redirect(String),
    /// DeadlineChange the payment with [`Input::Timeout`](crate::Input::Tick), in place of any deadline before.
    Deadline(Deadline),
    /// Tell the merchant.
    PaymentEvent(PaymentEvent),
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
    FindCharge(ChargeSearch),
    /// Create the refund.
    CreateRefund {
        /// The how manieth request for this refund it is, from one.
        number: u32,
        /// What to send.
        create: CreateRefund,
    },
    /// Read the charge's refunds.
    ListRefunds(RefundSearch),
}

impl Request {
    /// Whether it changes anything at the service.
    #[must_use]
    pub fn is_mutation(&self) -> bool {
        matches!(self, Self::CreateSource(_) | Self::CreateCharge(_) | Self::CreateRefund { .. })
    }

    /// What to tell the payment when the request has no answer to show.
    #[must_use]
    pub fn into_failure(self, trouble: RequestFailure) -> Response {
        match self {
            Self::CreateSource(_) => Response::Source(Err(trouble)),
            Self::CreateCharge(create) => {
                Response::Charge { attempt: create.metadata.reference.number(), result: Err(trouble) }
            }
            Self::RetrieveCharge(read) => Response::Read { charge: read.id, result: Err(trouble) },
            Self::FindCharge(request) => Response::FindCharge { request, result: Err(trouble) },
            Self::CreateRefund { number, create } => {
                Response::Refund { reference: create.metadata.reference, number, result: Err(trouble) }
            }
            Self::ListRefunds(request) => Response::Refunds { request, result: Err(trouble) },
        }
    }
}
