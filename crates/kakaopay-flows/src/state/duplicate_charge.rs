//! Another charge of the order than the payment's own.

use kakaopay_types::Timestamp;
use serde::{Deserialize, Serialize};

/// Another charge of the order than its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DuplicateCharge {
    /// When it became known here.
    pub since: Timestamp,
    /// When it can no longer be paid, if the service told.
    pub expires_at: Option<Timestamp>,
    /// The status it has ended with, once it has.
    pub end: Option<String>,
}
