//! A source, as the sandbox keeps it.

use kakaopay_types::{Currency, PlatformType, SourceId, Timestamp};
use serde::{Deserialize, Serialize};

use super::records::Named;

/// A source, as the sandbox keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) id: SourceId,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) platform_type: Option<PlatformType>,
    pub(crate) created_at: Timestamp,
    /// Whether a charge was made from it.
    pub(crate) used: bool,
}

impl Named for Source {
    fn name(&self) -> &str {
        self.id.as_str()
    }
}
