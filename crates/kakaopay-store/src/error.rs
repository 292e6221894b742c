//! Why something was not stored.

use std::error::Error;

use crate::commit::Seq;

/// Why something was not stored, or not read. Nothing of what was asked for has happened, unless
/// the kind says otherwise.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What kind of trouble a store is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// Somebody else has moved the payment meanwhile: load it again.
    #[error("the payment's last entry is {}, not {}: load it again", .found.get(), .expected.get())]
    Conflict {
        /// The last entry that the writer had seen.
        expected: Seq,
        /// The last entry there is.
        found: Seq,
    },
    /// The charge belongs to another payment.
    #[error("the charge belongs to another payment")]
    ChargeConflict,
    /// Somebody else has claimed it since.
    #[error("the claim has passed to somebody else")]
    StaleClaim,
    /// What was to be stored together with it failed, see its source.
    #[error("what was to be stored together with it failed")]
    Rejected,
    /// There is no room left.
    #[error("the store is full: make room")]
    Full,
    /// Somebody else holds the store for longer than is waited for.
    #[error("the store is locked by somebody else: try again")]
    Busy,
    /// The store may not be written.
    #[error("the store may not be written: check its permissions")]
    ReadOnly,
    /// The device or the connection failed. Whether it was stored is not known.
    #[error("the store failed: check its device or connection")]
    Io,
    /// What is stored is damaged.
    #[error("the store is damaged: restore it from a copy")]
    Corrupt,
    /// The store was made by a newer version, or by another program.
    #[error("the store is not one that this version knows")]
    UnrecognizedSchema,
    /// The store has been closed.
    #[error("the store has been closed")]
    Closed,
    /// The store is in trouble of another kind.
    #[error("the store failed")]
    Other,
}

impl StoreError {
    /// An error of a kind, with what led to it.
    pub fn new(kind: StoreErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { kind, source: Some(source.into()) }
    }

    /// What kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether somebody else has moved the payment meanwhile.
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
