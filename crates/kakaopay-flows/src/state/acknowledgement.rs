//! The acknowledgement of an alert.

use kakaopay_types::Timestamp;
use serde::{Deserialize, Serialize};

use crate::alert::Alert;

/// An alert that a person has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Acknowledgement {
    /// The alert.
    pub alert: Alert,
    /// Who acknowledged it.
    pub who: String,
    /// Why, or what was done about it.
    pub why: String,
    /// When, by the driver's clock.
    pub at: Timestamp,
}
