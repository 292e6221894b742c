//! Why the schema of a database is refused.

use crate::error::{StoreError, StoreErrorKind};

/// Why the schema of a database is refused. The database is unchanged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The database belongs to another program.
    #[error("not a kakaopay store")]
    NotAStore,
    /// A newer version of this crate migrated the store, and this one cannot go on with it.
    #[error(
        "the store has schema version {found}, which programs for version {usable_from} or later can use, but this program supports versions up to {supported}: use a program that supports version {usable_from}, or restore a backup from before the upgrade"
    )]
    Newer {
        /// Schema version of the store.
        found: i64,
        /// Newest schema version this program supports.
        supported: i64,
        /// Oldest version of a program that can use the store.
        usable_from: i64,
    },
    /// The store has an older schema, or none, and migrating it was disabled.
    #[error(
        "the store has schema version {found}, but this program needs version {supported}: open it once with migrations enabled"
    )]
    Older {
        /// Schema version of the store; 0 if it has none.
        found: i64,
        /// Newest schema version this program supports.
        supported: i64,
    },
    /// An applied migration differs from the one of this crate.
    #[error(
        "schema migration {version} of the store differs from this program's: restore a backup, or use the program that created it"
    )]
    Altered {
        /// First migration that differs.
        version: i64,
    },
}

impl From<SchemaError> for StoreError {
    fn from(error: SchemaError) -> Self {
        Self::new(StoreErrorKind::UnrecognizedSchema, error)
    }
}
