//! What a payment can be told.

use std::num::NonZeroU32;

use kakaopay_types::{Charge, ChargeId, EventKey, List, Reference, Refund, Source};

use crate::failure::RequestFailure;
use crate::search::{ChargeSearch, RefundSearch};

/// What a payment can be told.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The entry with this sequence number is durable, with all that came out beside it.
    Persisted(u64),
    /// A request was answered, or will not be.
    Response(Response),
    /// Something suggests that there is news.
    Evidence(Evidence),
    /// The payment's deadline has come.
    Timeout,
    /// A person wants to know: look now. It reads, and makes nothing be sent that the plan would not
    /// send.
    Refresh,
    /// A person has looked and says to go on: what halted the payment or a refund was put right, or is
    /// as it should be. What was asked for often enough may be asked for again, and the person is asked
    /// again about whatever is still wrong.
    Resume,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Response {
    /// Of [`Request::CreateSource`](crate::Request::CreateSource).
    Source(Result<Box<Source>, RequestFailure>),
    /// Of [`Request::CreateCharge`](crate::Request::CreateCharge).
    Charge {
        /// The number of the attempt that was sent.
        attempt: NonZeroU32,
        /// The charge, or why there is none to show.
        result: Result<Box<Charge>, RequestFailure>,
    },
    /// Of [`Request::RetrieveCharge`](crate::Request::RetrieveCharge).
    Read {
        /// The charge that was asked for.
        charge: ChargeId,
        /// The charge, or why there is none to show.
        result: Result<Box<Charge>, RequestFailure>,
    },
    /// Of [`Request::FindCharge`](crate::Request::LookUp).
    FindCharge {
        /// The request that was sent.
        request: ChargeSearch,
        /// The page, or why there is none to show.
        result: Result<Box<List<Charge>>, RequestFailure>,
    },
    /// Of [`Request::CreateRefund`](crate::Request::CreateRefund).
    Refund {
        /// The refund's own reference.
        reference: Reference,
        /// The request's number.
        number: u32,
        /// The refund, or why there is none to show.
        result: Result<Box<Refund>, RequestFailure>,
    },
    /// Of [`Request::ListRefunds`](crate::Request::ListRefunds).
    Refunds {
        /// The request that was sent.
        request: RefundSearch,
        /// The page, or why there is none to show.
        result: Result<Box<List<Refund>>, RequestFailure>,
    },
}

/// Something that suggests that there is news of a payment. Only a charge that was read from the
/// service says what the news is.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// A webhook about a charge, or a refund of it, came in. It may be forged, old, or one of many.
    Webhook {
        /// What it says has happened.
        key: EventKey,
        /// The charge it speaks of, or whose refund it speaks of.
        charge: ChargeId,
    },
    /// The buyer came back to `return_uri`, which tells nothing about the payment.
    BuyerReturned,
    /// A charge was read from the service with the secret key, for instance by a sweep.
    Read(Box<Charge>),
}

/// How a charge came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// As the answer to its creation.
    Creation,
    /// In a list.
    List,
    /// By reading it. Only this says what became of it.
    Read,
}
