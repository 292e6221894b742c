//! Why a database was not opened as a ledger.

use kakaopay_store::{StoreError, StoreErrorKind};

/// Why a database was not opened as a ledger. The database is as it was.
///
/// No error repeats the connection string or anything out of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The connection string cannot be read.
    #[error("the connection string cannot be read: see the documentation of tokio_postgres::Config")]
    InvalidConnection,
    /// The name of the schema cannot be one.
    #[error("a schema's name has 1 to 63 characters out of a-z 0-9 _, and begins with no digit and no pg_")]
    InvalidSchemaName,
    /// TLS cannot be set up as it was asked for.
    #[error("TLS cannot be set up: {0}")]
    Tls(TlsError),
    /// The server is too old.
    #[error("the server is PostgreSQL {}, and {} is the oldest that is taken", .found / 10_000, .oldest / 10_000)]
    ServerTooOld {
        /// Its version as it numbers itself: 12.4 is 120004.
        found: u32,
        /// The oldest that is taken.
        oldest: u32,
    },
    /// The server would acknowledge what a loss of power can take away.
    #[error("the server runs with {setting}={value}, which can lose what it has acknowledged")]
    NotDurable {
        /// The setting.
        setting: &'static str,
        /// Its value.
        value: String,
    },
    /// The server does not let this user in.
    #[error("the server does not let this user in: check the user, the password and pg_hba.conf")]
    Refused(#[source] StoreError),
    /// The schema holds something else.
    #[error("the schema is no ledger: give one that is empty, does not exist, or is a ledger")]
    UnrecognizedSchema,
    /// The schema was made by a newer version of this crate.
    #[error("the ledger has schema {found} and this version knows {supported}: upgrade it")]
    NewerSchema {
        /// The ledger's schema.
        found: i64,
        /// The newest schema this version knows.
        supported: i64,
    },
    /// The database has an older schema, or none at all, and was not to be changed.
    #[error("the ledger has schema {found} and this version knows {supported}: let the shop open it first")]
    OlderSchema {
        /// The ledger's schema; 0 when there is none.
        found: i64,
        /// The newest schema this version knows.
        supported: i64,
    },
    /// The schema was not made by the migrations of this crate.
    #[error("migration {version} of the ledger is not the one this version knows: restore a copy")]
    AlteredSchema {
        /// The first migration that differs.
        version: i64,
    },
    /// The server is in trouble of a kind that calls can be in, too.
    #[error("the ledger could not be opened")]
    Store(#[source] StoreError),
}

/// Why TLS cannot be set up.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// No cryptography provider was chosen.
    #[error("choose feature `aws-lc-rs` or `ring`, or bring a ClientConfig")]
    NoProvider,
    /// No roots are known.
    #[error(
        "give the certificates of your authority, choose feature `webpki-roots`, or bring a ClientConfig"
    )]
    NoRoots,
    /// The certificates that were given cannot be read.
    #[error("the certificates of the authority are no PEM with certificates in it")]
    InvalidRoots,
    /// A Unix socket, which has no TLS, stands among hosts that have.
    #[error("give hosts or Unix sockets, not both: a socket has no TLS")]
    MixedHosts,
    /// rustls refuses the combination.
    #[error("rustls refuses: {0}")]
    Rustls(rustls::Error),
}

impl From<TlsError> for OpenError {
    fn from(problem: TlsError) -> Self {
        Self::Tls(problem)
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<OpenError> for StoreError {
    fn from(error: OpenError) -> Self {
        let kind = match error {
            OpenError::Store(error) => return error,
            OpenError::UnrecognizedSchema
            | OpenError::OlderSchema { .. }
            | OpenError::NewerSchema { .. }
            | OpenError::AlteredSchema { .. } => StoreErrorKind::UnrecognizedSchema,
            OpenError::InvalidConnection
            | OpenError::InvalidSchemaName
            | OpenError::Tls(_)
            | OpenError::ServerTooOld { .. }
            | OpenError::NotDurable { .. }
            | OpenError::Refused(_) => StoreErrorKind::Other,
        };
        StoreError::new(kind, error)
    }
}
