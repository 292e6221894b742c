//! A read of a charge.

use kakaopay_types::ChargeId;

/// A read of one charge.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChargeRead {
    /// The charge to read.
    pub id: ChargeId,
    /// The payment's last entry when the read was requested. It proves, without a clock, what was recorded before.
    pub after_seq: u64,
}

impl ChargeRead {
    /// Creates a read, which is not yet requested.
    #[must_use]
    pub fn new(id: ChargeId) -> Self {
        Self { id, after_seq: 0 }
    }
}
