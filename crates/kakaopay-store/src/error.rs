//! Errors of a store.

use std::error::Error;

use crate::commit::Seq;

/// An error of a store. The call has had no effect, unless the kind says otherwise.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// The kind of a [`StoreError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// Another process has changed the payment: load it again.
    #[error("the payment's last entry is {}, not {}: reload the payment and retry", .found.get(), .expected.get())]
    Conflict {
        /// The last entry the writer expected.
        expected: Seq,
        /// The payment's last entry.
        found: Seq,
    },
    /// The charge belongs to another payment.
    #[error("the charge belongs to another payment")]
    ChargeConflict,
    /// The claim of the message has ended: it was claimed again, failed or skipped since, or never claimed.
    #[error("the claim of the message has ended: it was claimed again after its lease, failed or skipped")]
    StaleClaim,
    /// The caller's own work in the transaction failed; the source has its error.
    #[error("the transaction was rolled back: the caller's work in it failed")]
    Rejected,
    /// The disk, or the configured limit, is full.
    #[error("the store is full: free disk space or raise its limit")]
    Full,
    /// Another process holds a lock, or too many calls are queued.
    #[error("the store is busy: retry later")]
    Busy,
    /// This process may not write to the store.
    #[error("the store is read-only: check its permissions")]
    ReadOnly,
    /// The disk or the connection failed. The write may or may not have been applied.
    #[error(
        "the disk or connection of the store failed; the write may or may not have been applied, reload before retrying"
    )]
    Io,
    /// Stored data is damaged.
    #[error("the store is damaged: restore a backup")]
    Corrupt,
    /// The schema is another program's, or of a version that this program does not support.
    #[error("the schema of the store is not one this program supports")]
    UnrecognizedSchema,
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// Any other error; the source has the details.
    #[error("unexpected error of the store")]
    Other,
}

impl StoreError {
    /// An error with its cause.
    pub fn new(kind: StoreErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, source: Some(source.into()) }
    }

    /// The kind of error.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether another process has changed the payment.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Conflict { .. })
    }
}

impl From<StoreErrorKind> for StoreError {
    fn from(kind: StoreErrorKind) -> Self {
        Self { kind, source: None }
    }
}
