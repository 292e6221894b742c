//! What has changed since somebody last asked.

use kakaopay_types::{ChargeId, EventId, SourceId};

/// What of the world has changed. The account, the identifiers and what waits to be posted are few and
/// change with nearly every request: they are not noted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    Source(SourceId),
    /// A charge, or one of its refunds.
    Charge(ChargeId),
    /// An event, or one of its deliveries.
    Event(EventId),
}

/// What has changed since somebody last asked. Nothing is kept until somebody has.
#[derive(Debug, Default)]
pub(crate) struct Journal(Option<Vec<Change>>);

impl Journal {
    /// Notes a change, if anybody asks for them.
    pub(super) fn note(&mut self, change: impl FnOnce() -> Change) {
        if let Some(changes) = &mut self.0 {
            changes.push(change());
        }
    }

    /// Takes everything for changed, as what was taken last was lost.
    #[cfg(feature = "data")]
    pub(crate) fn forget(&mut self) {
        self.0 = None;
    }

    /// What has changed since the last time, each once and in the order it changed first; `None` when that is
    /// everything.
    pub(crate) fn take(&mut self) -> Option<Vec<Change>> {
        let changes = self.0.replace(Vec::new())?;
        let mut seen = std::collections::BTreeSet::new();
        Some(changes.into_iter().filter(|change| seen.insert(change.clone())).collect())
    }
}
