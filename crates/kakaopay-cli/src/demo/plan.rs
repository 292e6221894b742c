//! The plan of a demo.

use kakaopay::types::{FailureCode, PaymentAmount};

use crate::args::Outcome;

/// The plan of a demo: its validated options.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) amount: PaymentAmount,
    pub(crate) outcome: Outcome,
    /// Used only if the payment fails.
    pub(crate) failure_code: FailureCode,
    /// Whether webhooks are delivered.
    pub(crate) webhook: bool,
    /// Whether the source is created together with the charge.
    pub(crate) inline_source: bool,
    pub(crate) json: bool,
}
