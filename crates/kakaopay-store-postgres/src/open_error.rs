//! Why a database was not opened as a store.

use kakaopay_store::{SchemaError, StoreError, StoreErrorKind};

/// Why a database was not opened as a store. The database is unchanged.
///
/// No error contains any part of the connection string.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresOpenError {
    /// The connection string cannot be parsed.
    #[error("invalid connection string: expected the format of tokio_postgres::Config")]
    InvalidConnection,
    /// The name of the schema is invalid.
    #[error("invalid schema name: expected 1 to 63 of a-z 0-9 _, not beginning with a digit or pg_")]
    InvalidSchemaName,
    /// The TLS options cannot be used.
    #[error("cannot configure TLS: {0}")]
    Tls(PostgresTlsError),
    /// The server is too old.
    #[error("the server is PostgreSQL {}, but {} is the oldest supported version: upgrade the server", .found / 10_000, .oldest / 10_000)]
    ServerTooOld {
        /// Version number of the server: 12.4 is 120004.
        found: u32,
        /// Oldest supported version number.
        oldest: u32,
    },
    /// A power loss of the server could lose acknowledged writes.
    #[error(
        "the server has {setting}={value}, so that a power loss can lose acknowledged writes: set it to on"
    )]
    NotDurable {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: String,
    },
    /// The server rejected the user.
    #[error("the server rejected the login: check the user, the password and pg_hba.conf")]
    Refused(#[source] StoreError),
    /// The schema is not a store, or has a version that this program cannot use.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// An error that calls can have, too.
    #[error("cannot open the store")]
    Store(#[source] StoreError),
}

/// Why the TLS options cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresTlsError {
    /// No cryptography provider is enabled.
    #[error("no cryptography provider: enable feature `aws-lc-rs` or `ring`, or pass a ClientConfig")]
    NoProvider,
    /// No trusted root certificates.
    #[error("no trusted root certificates: pass them, enable feature `webpki-roots`, or pass a ClientConfig")]
    NoRoots,
    /// The root certificates cannot be parsed.
    #[error("invalid root certificates: expected certificates in PEM")]
    InvalidRoots,
    /// The connection string mixes hosts with Unix sockets, which have no TLS.
    #[error("hosts and Unix sockets are mixed, but sockets have no TLS: use one or the other")]
    MixedHosts,
    /// rustls rejects the configuration.
    #[error("rustls rejects the configuration: {0}")]
    Rustls(rustls::Error),
}

impl From<PostgresTlsError> for PostgresOpenError {
    fn from(problem: PostgresTlsError) -> Self {
        Self::Tls(problem)
    }
}

impl From<StoreError> for PostgresOpenError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<PostgresOpenError> for StoreError {
    fn from(error: PostgresOpenError) -> Self {
        let kind = match error {
            PostgresOpenError::Store(error) => return error,
            PostgresOpenError::Schema(error) => return error.into(),
            PostgresOpenError::InvalidConnection
            | PostgresOpenError::InvalidSchemaName
            | PostgresOpenError::Tls(_)
            | PostgresOpenError::ServerTooOld { .. }
            | PostgresOpenError::NotDurable { .. }
            | PostgresOpenError::Refused(_) => StoreErrorKind::Other,
        };
        StoreError::new(kind, error)
    }
}
