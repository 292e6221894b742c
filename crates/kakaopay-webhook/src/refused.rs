//! Why a webhook was refused.

use kakaopay_types::DecodeError;
use thiserror::Error;

use crate::verifier::VerifyError;

/// Why a webhook of good form was refused. No part of what came is repeated.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Rejection {
    /// Its signature is not the service's, or not of now.
    #[error("the webhook is not believed")]
    InvalidSignature(#[source] VerifyError),
    /// It is no event as far as this crate knows. If signatures are checked, the service sent it.
    #[error("the webhook is not an event")]
    InvalidPayload(#[source] DecodeError),
}
