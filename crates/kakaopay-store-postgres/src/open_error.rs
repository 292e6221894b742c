//! Why a database was not opened as a store.

use std::error::Error;
use std::time::Duration;

use kakaopay_store::{SchemaError, StoreError, StoreErrorKind};

use crate::migrate::LockHolder;

/// Why a database was not opened as a store. The database is unchanged.
///
/// No error contains any other part of the connection string than its hosts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresOpenError {
    /// The connection string cannot be parsed.
    #[error(
        "invalid connection string: expected postgres://user:password@host/database, with the password percent-encoded, or key=value pairs"
    )]
    InvalidConnection,
    /// A host of the connection string contains `@`: a password ends at the first one.
    #[error(
        "the password in the connection URL must be percent-encoded: @ is %40, / is %2F, : is %3A, ? is %3F, # is %23 and % is %25"
    )]
    UnescapedPassword,
    /// The server does not support TLS.
    #[error(
        "the server does not support TLS: set ssl=on there, or add sslmode=disable to the connection string if the network in between is trusted"
    )]
    NoTls,
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
    /// The server is a primary that another one has taken over from.
    #[error(
        "the server is on timeline {found}, but timeline {seen} was seen: it is an old primary, which must be shut down or made a standby of the new one"
    )]
    OldPrimary {
        /// Timeline of the server.
        found: u32,
        /// Highest timeline that this process or the store has seen.
        seen: u32,
    },
    /// The store was last used on another database system.
    #[error(
        "the server is database system {found}, but the store was last used on system {seen}: connect to that one; if the store was moved here and the other copy is shut down for good, run: UPDATE \"{schema}\".setting SET value = '{found} 0' WHERE name = 'server'"
    )]
    OtherSystem {
        /// System identifier of the server.
        found: i64,
        /// System identifier that this process or the store has seen.
        seen: i64,
        /// Schema of the store.
        schema: String,
    },
    /// A pooler gives each transaction another session, so that settings and prepared statements of other clients apply.
    #[error(
        "a connection pooler gives each transaction another session: set its pool_mode to session (PgBouncer), or connect to the server directly"
    )]
    TransactionPooling,
    /// The schema was altered: what was made with it is missing or out of force.
    #[error(
        "the schema was altered: put back, as a new schema has them, or switch on or off again: {objects}"
    )]
    Altered {
        /// What is missing, invalid or disabled, or hides rows.
        objects: String,
    },
    /// The sequences of the store's tables are behind their rows, as after logical replication: new rows would collide.
    #[error(
        "sequences are behind their rows, as after logical replication, so that new rows collide: run: {statements}"
    )]
    SequenceBehind {
        /// The statements that mend it.
        statements: String,
    },
    /// Others held locks that a migration needs for all the time that it may wait.
    #[error(
        "migration {version} waited {} s for locks{}: end the transactions in its way, with pg_terminate_backend if need be, and open the store again",
        .waited.as_secs(), held_by(.holders)
    )]
    MigrationBlocked {
        /// Version that the migration leads to.
        version: i64,
        /// How long it waited, over all attempts.
        waited: Duration,
        /// Sessions in its way. Empty if the user may see none, or a prepared transaction holds the lock.
        holders: Vec<LockHolder>,
    },
    /// The server rejected the user.
    #[error("the server rejected the login")]
    Refused(#[source] StoreError),
    /// The schema is not a store, or has a version that this program cannot use.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// An error that calls can have, too.
    #[error("cannot open the store")]
    Store(#[source] StoreError),
    /// No host of the connection string can be used.
    #[error("{}", all(.0))]
    NoHost(Vec<HostError>),
}

/// Why one host of a connection string cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{host}: {}", chain(.error))]
#[non_exhaustive]
pub struct HostError {
    /// Its name and port, or the path of its socket.
    pub host: String,
    /// Why it cannot be used.
    pub error: PostgresOpenError,
}

impl HostError {
    pub(crate) fn new(host: String, error: PostgresOpenError) -> Self {
        Self { host, error }
    }
}

impl PostgresOpenError {
    /// Names the host.
    pub(crate) fn at(self, host: &str) -> Self {
        match self {
            error @ Self::NoHost(_) => error,
            error => Self::NoHost(vec![HostError::new(host.to_owned(), error)]),
        }
    }

    /// The failure that decides: of several hosts, the last one that responded.
    #[must_use]
    pub fn decisive(&self) -> &Self {
        let Self::NoHost(hosts) = self else { return self };
        hosts
            .iter()
            .map(|host| &host.error)
            .rfind(|error| error.responded())
            .or(hosts.last().map(|host| &host.error))
            .unwrap_or(self)
    }

    fn responded(&self) -> bool {
        !matches!(self, Self::Store(error) if error.kind() == StoreErrorKind::Io)
    }

    fn kind(&self) -> StoreErrorKind {
        match self.decisive() {
            Self::Store(error) => error.kind(),
            Self::Schema(_) | Self::Altered { .. } => StoreErrorKind::UnrecognizedSchema,
            Self::OldPrimary { .. } | Self::OtherSystem { .. } => StoreErrorKind::ReadOnly,
            Self::MigrationBlocked { .. } => StoreErrorKind::Busy,
            _ => StoreErrorKind::Other,
        }
    }
}

fn held_by(holders: &[LockHolder]) -> String {
    if holders.is_empty() {
        return " of others (see pg_locks and pg_prepared_xacts)".to_owned();
    }
    format!(" of {}", holders.iter().map(LockHolder::to_string).collect::<Vec<_>>().join(" and "))
}

fn all(hosts: &[HostError]) -> String {
    hosts.iter().map(HostError::to_string).collect::<Vec<_>>().join("; ")
}

/// An error and its sources, each once. What a store error says about calls is left out: nothing was stored.
fn chain(error: &PostgresOpenError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        source = error.source();
        let says_more = source.is_some() && error.is::<StoreError>();
        if !says_more && !text.contains(&more) {
            text = format!("{text}: {more}");
        }
    }
    text
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
    /// A file that the connection string names cannot be read.
    #[error("cannot read the file of {parameter}: {error}")]
    Unreadable {
        /// Parameter of the connection string.
        parameter: &'static str,
        /// Why it cannot be read.
        error: std::io::ErrorKind,
    },
    /// Only one of `sslcert` and `sslkey` is given.
    #[error("sslcert and sslkey belong together: give both or none")]
    IncompleteIdentity,
    /// The client's certificate or key cannot be parsed.
    #[error("invalid client certificate or key: expected both in PEM, the key not encrypted")]
    InvalidIdentity,
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
        match error {
            PostgresOpenError::Store(error) => error,
            PostgresOpenError::Schema(error) => error.into(),
            error => Self::new(error.kind(), error),
        }
    }
}
