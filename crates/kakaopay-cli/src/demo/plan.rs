//! What a demo is to show.

use kakaopay::types::{FailureCode, PaymentAmount};

use crate::args::Outcome;

/// What a demo is to show.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) amount: PaymentAmount,
    pub(crate) outcome: Outcome,
    /// Why it fails, if it fails.
    pub(crate) failure_code: FailureCode,
    /// Whether webhooks arrive.
    pub(crate) webhook: bool,
    pub(crate) one_call: bool,
    pub(crate) json: bool,
}
