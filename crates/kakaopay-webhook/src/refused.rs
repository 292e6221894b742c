//! Why a webhook was rejected.

use kakaopay_types::DecodeError;
use thiserror::Error;

use crate::verifier::VerifyError;

/// Why a webhook with valid headers was rejected. The message contains no part of the webhook.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The signature is invalid, or its timestamp is out of range.
    #[error("invalid webhook signature")]
    InvalidSignature(#[source] VerifyError),
    /// The body is not an event that this version can decode. If signatures are checked, Omise signed it.
    #[error("the webhook is not a valid event")]
    InvalidPayload(#[source] DecodeError),
}
