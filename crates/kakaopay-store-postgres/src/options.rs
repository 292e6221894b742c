//! Options of a store.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Pool, QueueMode};
use kakaopay_store::{StoreError, StoreErrorKind};
use rustls::ClientConfig;
use tokio_postgres::Config;
use tokio_postgres::config::TargetSessionAttrs;

use crate::connection_string::ConnectionString;
use crate::connector::{Connection, Connector};
use crate::correction::Corrections;
use crate::executor::{Executor, Timeouts};
use crate::fence::Fence;
use crate::hosts::Hosts;
use crate::last_commits::LastCommits;
use crate::migrate::{LockWait, check_newest, migrate};
use crate::objects::check_objects;
use crate::open_error::{PostgresOpenError, PostgresTlsError};
use crate::places::Places;
use crate::schema::MIGRATIONS;
use crate::schema_name::SchemaName;
use crate::sequences::check_sequences;
use crate::statements::Statements;
use crate::store::PostgresStore;
use crate::template::{SERVER_CLOCK, Template};
use crate::tls::{Encryption, Identity, Trust};

/// Options of a store. The defaults of [`PostgresOptions::new`] suit most shops.
///
/// Its `Debug` output has nothing of the connection string.
#[derive(Clone)]
pub struct PostgresOptions {
    config: Config,
    schema: String,
    trust: Trust,
    identity: Option<Identity>,
    connections: usize,
    connect_timeout: Duration,
    acquire_timeout: Duration,
    statement_timeout: Duration,
    call_timeout: Duration,
    migrating: bool,
    clock: String,
}

impl PostgresOptions {
    /// The defaults: schema `kakaopay`, at most 8 connections, timeouts of 5 s to connect to a host, 15 s to acquire
    /// a connection, 10 s for a statement and 30 s for a call.
    ///
    /// `connection` is a URL (`postgres://user:password@host/database`) or key-value pairs, as
    /// [`tokio_postgres::Config`] parses them, with libpq's `sslrootcert`, `sslcert` and `sslkey`, whose files are read
    /// now, and `sslmode=verify-full` or `verify-ca`: verification is always full. It may have several hosts: the first writable one is used, which is
    /// the new primary after a fail-over. The one that worked last is tried first.
    ///
    /// # Errors
    /// [`PostgresOpenError::InvalidConnection`] if it cannot be parsed,
    /// [`PostgresOpenError::UnescapedPassword`] if that is because of the password, and
    /// [`PostgresOpenError::Tls`] if a file of certificates cannot be used.
    pub fn new(connection: &str) -> Result<Self, PostgresOpenError> {
        if has_unescaped_password(connection) {
            return Err(PostgresOpenError::UnescapedPassword);
        }
        let ConnectionString { rest, root, certificate, key } = ConnectionString::split(connection);
        let config = rest.parse().map_err(|_| PostgresOpenError::InvalidConnection)?;
        // `system` asks for roots that need no file.
        let root = root.filter(|path| path.as_os_str() != "system");
        let trust =
            root.map_or(Ok(Trust::Default), |path| read("sslrootcert", &path).map(Trust::Authority))?;
        let identity = match (certificate, key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => {
                Some(Identity::parse(&read("sslcert", &certificate)?, &read("sslkey", &key)?)?)
            }
            _ => return Err(PostgresTlsError::IncompleteIdentity.into()),
        };
        Ok(Self {
            config,
            schema: "kakaopay".to_owned(),
            trust,
            identity,
            connections: 8,
            connect_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_secs(15),
            statement_timeout: Duration::from_secs(10),
            call_timeout: Duration::from_secs(30),
            migrating: true,
            clock: SERVER_CLOCK.to_owned(),
        })
    }

    /// The schema of the store, created if it does not exist. Several stores and the shop's own tables can share a
    /// database.
    #[must_use]
    pub fn schema(mut self, name: &str) -> Self {
        name.clone_into(&mut self.schema);
        self
    }

    /// Trusted root certificates in PEM, instead of Mozilla's. Most hosted databases have a root of their own.
    #[must_use]
    pub fn root_certificate(mut self, pem: &[u8]) -> Self {
        self.trust = Trust::Authority(pem.to_owned());
        self
    }

    /// A TLS configuration of your own, in place of the connection string's certificates.
    #[must_use]
    pub fn tls(mut self, config: ClientConfig) -> Self {
        self.trust = Trust::Own(Box::new(config));
        self
    }

    /// Maximum number of open connections to a server, at least 1. A connection that is given up counts until the
    /// server has responded on it or closed it. The sum over all processes must stay below the server's
    /// `max_connections`; a few per core of the server are fastest.
    #[must_use]
    pub fn max_connections(mut self, most: usize) -> Self {
        self.connections = most.max(1);
        self
    }

    /// Timeout for connecting to one host, from the first packet to the last check; then the next host is tried. After
    /// the last one, calls fail as `Io`. A `connect_timeout` in the connection string goes before it.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Timeout for acquiring a free connection; then calls fail as `Busy`. It should be longer than the timeout for
    /// connecting to one host.
    #[must_use]
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }

    /// Timeout on the server for a statement, including waits for locks; then it is rolled back and the call fails
    /// as `Busy`. A server that has not responded two seconds later is taken for silent: the call fails as `Io`, and
    /// the connections to it are not used again.
    #[must_use]
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }

    /// Timeout for a whole call; then it fails as `Io`, and its outcome is unknown. It should be longer than the
    /// other timeouts together.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = timeout;
        self
    }

    /// Internal to the tests of this workspace: another clock than the server's, as an expression of milliseconds since
    /// the Unix epoch.
    #[cfg(feature = "testing")]
    #[doc(hidden)]
    #[must_use]
    pub fn clock_expression(mut self, expression: &str) -> Self {
        expression.clone_into(&mut self.clock);
        self
    }

    /// Neither creates nor migrates the store: opening fails unless it has the newest schema, or a
    /// newer one that this program can use. For tools that read
    /// the store of a running shop, whose version may be older.
    #[must_use]
    pub fn skip_migrations(mut self) -> Self {
        self.migrating = false;
        self
    }

    /// Connects, and migrates the schema to the newest version. Concurrent migrations wait for each
    /// other. A migration waits for locks of others for at most 60 s, in attempts of 2 s, so that it does not hold them up.
    ///
    /// # Errors
    /// [`PostgresOpenError`]. The schema of another program is unchanged.
    pub async fn open(&self) -> Result<PostgresStore, PostgresOpenError> {
        let schema = SchemaName::parse(&self.schema)?;
        let template = Template::new(&schema, &self.clock);
        let timeouts = Timeouts { call: self.call_timeout, statement: self.statement_timeout };
        let executor = Executor::new(
            self.pool(&schema)?,
            timeouts,
            Corrections::new(&template),
            LastCommits::new(&template),
        );
        let mut connection = executor.lend().await?;
        connection.under_way = true;
        let prepared = self.prepare(&executor, &mut connection, &schema).await;
        prepared.map_err(|error| error.at(&executor.host()))?;
        connection.under_way = false;
        drop(connection);
        if self.migrating {
            match executor.correct().await {
                // A user who may only read the store leaves the correction to others.
                Err(error) if error.kind() == StoreErrorKind::ReadOnly => {}
                corrected => corrected?,
            }
        }
        Ok(PostgresStore::new(executor, Statements::new(&template), &schema))
    }

    /// Migrates or checks the store before its first use.
    async fn prepare(
        &self,
        executor: &Executor,
        connection: &mut Connection,
        schema: &SchemaName,
    ) -> Result<(), PostgresOpenError> {
        executor.check_pooling().await?;
        if self.migrating {
            migrate(&mut connection.client, schema, MIGRATIONS, LockWait::new()).await?;
        } else {
            check_newest(&connection.client, schema, MIGRATIONS).await?;
        }
        check_objects(&connection.client, schema).await?;
        check_sequences(&connection.client, schema).await?;
        executor.compare_with_row(connection).await
    }

    fn pool(&self, schema: &SchemaName) -> Result<Pool<Connector>, PostgresOpenError> {
        let mut config = self.config.clone();
        let encryption = Encryption::choose(&mut config, self.trust.clone(), self.identity.as_ref())?;
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        let timeout = config.get_connect_timeout().copied().unwrap_or(self.connect_timeout);
        if config.get_application_name().is_none() {
            config.application_name("kakaopay");
        }
        outlive_silence(&mut config);
        let hosts = Hosts::new(&config)?;
        let connector = Connector::new(
            hosts,
            encryption,
            timeout,
            self.statement_timeout,
            Fence::new(schema.clone(), self.migrating),
            Places::new(self.connections),
        );
        Pool::builder(connector)
            .max_size(self.connections)
            .wait_timeout(Some(self.acquire_timeout))
            // The connections used last are used next, so that a quiet shop keeps few busy.
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::new(StoreErrorKind::Other, error).into())
    }
}

/// Reads the file that a parameter names.
fn read(parameter: &'static str, path: &Path) -> Result<Vec<u8>, PostgresTlsError> {
    std::fs::read(path).map_err(|error| PostgresTlsError::Unreadable { parameter, error: error.kind() })
}

/// Whether a URL has more than the one `@` behind its password.
fn has_unescaped_password(connection: &str) -> bool {
    let is_url = connection.starts_with("postgres://") || connection.starts_with("postgresql://");
    let address = connection.split_once('?').map_or(connection, |(address, _)| address);
    is_url && address.matches('@').count() > 1
}

/// Sets TCP timeouts that detect a dead server, unless the connection string has its own.
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
