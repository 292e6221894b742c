//! Inputs of a payment.

use std::num::NonZeroU32;

use kakaopay_types::{Charge, ChargeId, EventKey, List, Reference, Refund, Source, Timestamp};

use crate::failure::RequestFailure;
use crate::search::{ChargeSearch, RefundSearch};

/// An input of a payment: see [`Payment::handle`](crate::Payment::handle).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "an input is moved once for each exchange with the service")]
pub enum Input {
    /// The entry with this sequence number is durable, and so are the other outputs of its transaction.
    Persisted(u64),
    /// The response to a request, or its failure.
    Response(Response),
    /// A hint that the charge may have changed.
    Evidence(Evidence),
    /// The payment's deadline has passed.
    Timeout,
    /// Reads the charges and refunds now instead of at the deadline. It sends no mutation that the plan would
    /// not send.
    Refresh,
    /// The store may lack later entries of the journal, because it was restored from a copy: a request that the journal
    /// has as unsent may have been sent since. Its outcome becomes unknown, so that the charge or refund is looked for
    /// first, for as long as the service may still carry it out.
    StoreIsOlder,
    /// Cancels an unpaid payment: the merchant no longer wants it to be paid. A payment that has requested no charge ends
    /// at once. One whose charge may exist goes on looking for it, and requests no other. A charge that is known is
    /// requested to expire, again and again while it can be paid, unless the service refuses. Only a read of the charge
    /// ends the payment then; if it was paid, that is late money. It does nothing once the payment has ended.
    Cancel,
    /// Takes the wish to cancel back: the buyer is to pay after all. It does nothing if there is none, or if the payment has
    /// ended.
    TakeCancelBack,
    /// Continues a blocked payment or refund after a person has checked it. It clears the alerts, and allows
    /// further requests after the last automatic one. Findings that persist raise their alerts again.
    Resume,
}

/// The result of a [`Request`](crate::Request).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Response {
    /// Of [`Request::CreateSource`](crate::Request::CreateSource).
    Source(Result<Box<Source>, RequestFailure>),
    /// Of [`Request::CreateCharge`](crate::Request::CreateCharge).
    Charge {
        /// The number of the sent attempt.
        attempt: NonZeroU32,
        /// The charge, or the failure.
        result: Result<Box<Charge>, RequestFailure>,
    },
    /// Of [`Request::RetrieveCharge`](crate::Request::RetrieveCharge).
    Read {
        /// The requested charge.
        charge: ChargeId,
        /// The payment's last entry when the read that has this response was requested, by whichever step sent it. 0 if
        /// it is unknown.
        after_seq: u64,
        /// The `Date` of the response: the service's clock, whole seconds. `None` if it has none.
        served_at: Option<Timestamp>,
        /// The charge, or the failure.
        result: Result<Box<Charge>, RequestFailure>,
    },
    /// Of [`Request::ExpireCharge`](crate::Request::ExpireCharge).
    Expire {
        /// The requested charge.
        charge: ChargeId,
        /// The charge, or the failure.
        result: Result<Box<Charge>, RequestFailure>,
    },
    /// Of [`Request::FindCharge`](crate::Request::FindCharge).
    FindCharge {
        /// The sent request.
        request: ChargeSearch,
        /// The `Date` of the response: the service's clock, whole seconds. `None` if it has none.
        served_at: Option<Timestamp>,
        /// The page of the list, or the failure.
        result: Result<Box<List<Charge>>, RequestFailure>,
    },
    /// Of [`Request::CreateRefund`](crate::Request::CreateRefund).
    Refund {
        /// The refund's reference.
        reference: Reference,
        /// The number of the request for this refund, starting at 1.
        number: u32,
        /// The refund, or the failure.
        result: Result<Box<Refund>, RequestFailure>,
    },
    /// Of [`Request::ListRefunds`](crate::Request::ListRefunds).
    Refunds {
        /// The sent request.
        request: RefundSearch,
        /// The `Date` of the response: the service's clock, whole seconds. `None` if it has none.
        served_at: Option<Timestamp>,
        /// The page of the list, or the failure.
        result: Result<Box<List<Refund>>, RequestFailure>,
    },
}

/// A hint that the charge may have changed. Only a charge read from the service can change the state of a
/// payment.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Evidence {
    /// A webhook about a charge, or about a refund of it. It may be forged, stale or a duplicate.
    Webhook {
        /// The type of the event.
        key: EventKey,
        /// The charge that it names, or the charge of the refund that it names.
        charge: ChargeId,
    },
    /// The buyer returned to `return_uri`. That alone does not mean that the charge is paid.
    BuyerReturned,
    /// A charge that was read from the service with the secret key, for instance while reconciling.
    Read(Box<Charge>),
}

/// The source of a charge's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The response to its creation.
    Creation,
    /// A list of charges.
    List,
    /// A read of the charge. Only a read ends a payment.
    Read,
}
