//! What a payment can be told.

use std::num::NonZeroU32;

use kakaopay_types::{ApiError, Charge, ChargeId, EventKey, List, Source, Timestamp};

use crate::output::LookUp;

/// What a payment can be told.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The entry with this sequence number is durable, with all that came out beside it.
    Persisted(u64),
    /// A request was answered, or will not be.
    Answered(Answer),
    /// Something suggests that there is news.
    Evidence(Evidence),
    /// The payment's deadline has come.
    Tick,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Of [`Request::CreateSource`](crate::Request::CreateSource).
    Source(Result<Box<Source>, Trouble>),
    /// Of [`Request::CreateCharge`](crate::Request::CreateCharge).
    Charge {
        /// The number of the attempt that was sent.
        attempt: NonZeroU32,
        /// The charge, or why there is none to show.
        result: Result<Box<Charge>, Trouble>,
    },
    /// Of [`Request::RetrieveCharge`](crate::Request::RetrieveCharge).
    Read(Result<Box<Charge>, Trouble>),
    /// Of [`Request::LookUp`](crate::Request::LookUp).
    LookUp {
        /// The request that was sent.
        request: LookUp,
        /// The page, or why there is none to show.
        result: Result<Box<List<Charge>>, Trouble>,
    },
}

/// Why a request has no answer to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It surely did not reach the service.
    NotSent,
    /// The service said no and did nothing.
    Refused(ApiError),
    /// It may have reached the service, and may have been carried out.
    Unknown,
}

/// Something that suggests that there is news of a payment. Only a charge that was read from the
/// service says what the news is.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// A webhook about a charge came in. It may be forged, old, or one of many.
    Webhook {
        /// What it says has happened.
        key: EventKey,
        /// The charge it speaks of.
        charge: ChargeId,
    },
    /// The buyer came back to `return_uri`, which tells nothing about the payment.
    Returned,
    /// A charge was read from the service with the secret key, for instance by a sweep.
    Read(Box<Charge>),
}

/// The moment an input arrives, by the driver's clock.
pub type Now = Timestamp;
