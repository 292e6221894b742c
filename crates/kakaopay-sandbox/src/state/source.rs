//! Stored state of a source.

use kakaopay_types::{Currency, PlatformType, SourceId, Timestamp};
use serde::{Deserialize, Serialize};

use super::records::Named;

/// A stored source.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) id: SourceId,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) platform_type: Option<PlatformType>,
    pub(crate) created_at: Timestamp,
    /// Whether a charge uses it.
    pub(crate) used: bool,
}

impl Named for Source {
    fn name(&self) -> &str {
        self.id.as_str()
    }
}
