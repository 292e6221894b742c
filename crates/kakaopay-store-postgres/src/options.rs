//! How to open a ledger.

use std::fmt;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Pool, QueueMode};
use kakaopay_store::{StoreError, StoreErrorKind};
use rustls::ClientConfig;
use tokio_postgres::Config;
use tokio_postgres::config::TargetSessionAttrs;

use crate::calls::Calls;
use crate::connector::Connector;
use crate::migrate::{check_newest, migrate};
use crate::namespace::Namespace;
use crate::open_error::OpenError;
use crate::schema::MIGRATIONS;
use crate::store::PostgresStore;
use crate::tls::{Encryption, Trust};

/// How to open a ledger. What [`PostgresOptions::new`] gives is right for most.
///
/// It prints none of the connection string.
#[derive(Clone)]
pub struct PostgresOptions {
    config: Config,
    schema: String,
    trust: Trust,
    connections: usize,
    connect_timeout: Duration,
    acquire_timeout: Duration,
    statement_timeout: Duration,
    call_timeout: Duration,
    migrating: bool,
}

impl PostgresOptions {
    /// The schema `kakaopay` of the database this leads to; at most eight connections; five seconds
    /// to connect and to wait for a connection, ten for a statement and thirty for a whole call.
    ///
    /// It is a URL (`postgres://user:password@host/database`) or pairs of keys and values, as
    /// [`tokio_postgres::Config`] reads them. Several hosts may be given: the first that can be
    /// written is taken, so that after a fail-over the new primary is found.
    ///
    /// # Errors
    /// [`OpenError::InvalidConnection`] when it cannot be read.
    pub fn new(connection: &str) -> Result<Self, OpenError> {
        let config = connection.parse().map_err(|_| OpenError::InvalidConnection)?;
        Ok(Self {
            config,
            schema: "kakaopay".to_owned(),
            trust: Trust::Default,
            connections: 8,
            connect_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
            call_timeout: Duration::from_secs(30),
            migrating: true,
        })
    }

    /// The schema that holds the ledger. It is made if it does not exist; what else is in the
    /// database is left alone, so that several ledgers and a shop's own tables share one.
    #[must_use]
    pub fn schema(mut self, name: &str) -> Self {
        name.clone_into(&mut self.schema);
        self
    }

    /// The certificates, in PEM, of the authorities that may vouch for the server, instead of
    /// Mozilla's. Services that host databases mostly have an authority of their own.
    #[must_use]
    pub fn root_certificate(mut self, pem: &[u8]) -> Self {
        self.trust = Trust::Authority(pem.to_owned());
        self
    }

    /// A configuration of TLS of your own, such as one with a client's certificate.
    #[must_use]
    pub fn tls(mut self, config: ClientConfig) -> Self {
        self.trust = Trust::Own(Box::new(config));
        self
    }

    /// The most connections that are open at once, and at least one. All processes together must stay below the
    /// server's `max_connections`; a few per core of the server is where it is fastest.
    #[must_use]
    pub fn max_connections(mut self, most: usize) -> Self {
        self.connections = most.max(1);
        self
    }

    /// How long to try to connect, before calls fail as `Io`.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long to wait until one of the connections is free, before calls fail as `Busy`.
    #[must_use]
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }

    /// How long the server may work on a statement, or wait for what others hold, before it takes
    /// the statement back and the call fails as `Busy`.
    #[must_use]
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }

    /// How long a whole call may take, before it fails as `Io`: the server is silent, and whether
    /// it has stored anything is not known. It should be longer than the other times together.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self
    }

    /// Opens a ledger only if it has this version's schema, makes none, and brings none forward: for those
    /// who look at the ledger of a shop that runs, perhaps with an older version.
    #[must_use]
    pub fn skip_migrations(mut self) -> Self {
        self.migrating = false;
        self
    }

    /// Connects, and brings the schema to the newest. Processes that do so at the same moment wait
    /// for each other.
    ///
    /// # Errors
    /// [`OpenError`] says why. A schema that is not a ledger is left as it is.
    pub async fn open(&self) -> Result<PostgresStore, OpenError> {
        let schema = Namespace::parse(&self.schema)?;
        let calls = Calls::new(self.pool()?, self.call_timeout);
        let mut connection = calls.lend().await?;
        connection.under_way = true;
        if self.migrating {
            migrate(&mut connection.client, &schema, MIGRATIONS).await?;
        } else {
            check_newest(&connection.client, &schema, MIGRATIONS).await?;
        }
        connection.under_way = false;
        drop(connection);
        Ok(PostgresStore::new(calls, &schema))
    }

    fn pool(&self) -> Result<Pool<Connector>, OpenError> {
        let mut config = self.config.clone();
        let encryption = Encryption::choose(&mut config, self.trust.clone())?;
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(self.connect_timeout);
        }
        if config.get_application_name().is_none() {
            config.application_name("kakaopay");
        }
        outlive_silence(&mut config);
        let connector = Connector { config, encryption, statement_timeout: self.statement_timeout };
        Pool::builder(connector)
            .max_size(self.connections)
            .wait_timeout(Some(self.acquire_timeout))
            .create_timeout(Some(self.connect_timeout))
            // The connections used last are used next, so that a quiet shop keeps few busy.
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::new(StoreErrorKind::Other, error).into())
    }
}

/// Has the system notice that the other side is gone without a word, unless the connection string
/// says how.
fn outlive_silence(config: &mut Config) {
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(Duration::from_secs(15));
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_idle(Duration::from_secs(30));
        config.keepalives_interval(Duration::from_secs(5));
        config.keepalives_retries(3);
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("schema", &self.schema)
            .field("connections", &self.connections)
            .field("connect_timeout", &self.connect_timeout)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("call_timeout", &self.call_timeout)
            .finish_non_exhaustive()
    }
}
