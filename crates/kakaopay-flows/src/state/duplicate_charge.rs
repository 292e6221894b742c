//! A duplicate charge of an order.

use kakaopay_types::Timestamp;
use serde::{Deserialize, Serialize};

/// A charge of the order that is not the payment's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DuplicateCharge {
    /// When it was found, by the driver's clock.
    pub since: Timestamp,
    /// When it expires. `None` if the service does not say.
    pub expires_at: Option<Timestamp>,
    /// Its final status; `None` until it ends.
    pub end: Option<String>,
}
