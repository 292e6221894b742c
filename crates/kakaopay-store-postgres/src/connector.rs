//! Opens connections, host by host.

use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use deadpool_postgres::ClientWrapper;
use kakaopay_store::{StoreError, StoreErrorKind};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::{Client, Config, NoTls, Transaction};

use crate::failure::failed_to_open;
use crate::fence::{Fence, Server};
use crate::hosts::{Hosts, addresses, name};
use crate::open_error::{HostError, PostgresOpenError};
use crate::places::{Place, Places};
use crate::session::prepare;
use crate::tls::Encryption;

/// Opens connections, host by host.
pub(crate) struct Connector {
    places: Places,
    hosts: Hosts,
    encryption: Encryption,
    /// For one host: its handshakes and the checks of the session.
    timeout: Duration,
    statement_timeout: Duration,
    fence: Fence,
    /// Connections of an earlier generation are not used again.
    generation: AtomicU64,
}

impl Connector {
    pub(crate) fn new(
        hosts: Hosts,
        encryption: Encryption,
        timeout: Duration,
        statement_timeout: Duration,
        fence: Fence,
        places: Places,
    ) -> Self {
        Self { places, hosts, encryption, timeout, statement_timeout, fence, generation: AtomicU64::new(0) }
    }

    /// Stops using the connections opened so far, because a server fell silent: others to it are silent, too.
    pub(crate) fn distrust_open_connections(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// Tries the address that worked last, and then every address of every host.
    ///
    /// The first connection of a process looks at all of them, and takes the one with the highest timeline.
    async fn connect(&self) -> Result<Connection, PostgresOpenError> {
        let mut errors = Vec::new();
        let worked = self.hosts.worked();
        if let Some(address) = &worked {
            match self.connect_to(address).await {
                Ok(connection) => return Ok(connection),
                Err(error) => errors.push(HostError::new(name(address), error)),
            }
        }
        let looks_at_all = self.fence.is_empty();
        let mut newest: Option<Connection> = None;
        for host in self.hosts.each() {
            let found = match self.addresses_of(host).await {
                Ok(found) => found,
                Err(error) => {
                    errors.push(HostError::new(name(host), error.into()));
                    continue;
                }
            };
            for address in found.iter().filter(|address| worked.as_ref() != Some(address)) {
                match self.connect_to(address).await {
                    Ok(connection) if !looks_at_all => {
                        self.hosts.has_worked(address);
                        return Ok(connection);
                    }
                    Ok(connection) if newest.as_ref().is_none_or(|newest| newest.is_behind(&connection)) => {
                        self.hosts.has_worked(address);
                        newest = Some(connection);
                    }
                    Ok(_) => {}
                    Err(error) => errors.push(HostError::new(name(address), error)),
                }
            }
        }
        newest.ok_or(PostgresOpenError::NoHost(errors))
    }

    async fn addresses_of(&self, host: &Config) -> Result<Vec<Config>, StoreError> {
        match timeout(self.timeout, addresses(host)).await {
            Ok(found) => found.map_err(|error| StoreError::new(StoreErrorKind::Io, error)),
            Err(_) => Err(self.silent("the lookup of its name took longer than")),
        }
    }

    /// How many connections to the server in use were given up, when this many are open, and how many places it has.
    pub(crate) fn given_up(&self, open: usize) -> (usize, usize) {
        let taken = self.hosts.worked().map_or(0, |address| self.places.taken(&key(&address)));
        (taken.saturating_sub(open), self.places.most())
    }

    /// The host that worked last.
    pub(crate) fn host(&self) -> String {
        self.hosts.worked().map_or_else(String::new, |address| name(&address))
    }

    /// Compares the server of a connection with the store's row, and keeps it there.
    pub(crate) async fn compare_with_row(&self, connection: &Connection) -> Result<(), PostgresOpenError> {
        match connection.server {
            Some(server) => self.fence.compare_with_row(&connection.client, server).await,
            None => Ok(()),
        }
    }

    /// Checks that a transaction is not on an old primary, or on another system.
    pub(crate) async fn check_server(&self, transaction: &Transaction<'_>) -> Result<(), PostgresOpenError> {
        self.fence.check(transaction).await
    }

    /// Opens another connection for a moment. Behind a pooler that gives each transaction another session, it meets the
    /// session of the first.
    ///
    /// # Errors
    /// `TransactionPooling` only: a server that takes no further connection is good enough.
    pub(crate) async fn check_pooling(&self) -> Result<(), PostgresOpenError> {
        let Some(address) = self.hosts.worked() else { return Ok(()) };
        let place = Places::new(1).take("").await;
        match timeout(self.timeout, self.handshake(&address, place)).await {
            Ok(Err(error @ PostgresOpenError::TransactionPooling)) => Err(error.at(&name(&address))),
            _ => Ok(()),
        }
    }

    /// One limit surrounds the handshakes of TCP, TLS and PostgreSQL and the checks of the session.
    async fn connect_to(&self, address: &Config) -> Result<Connection, PostgresOpenError> {
        let deadline = Instant::now() + self.timeout;
        let key = key(address);
        let Ok(place) = timeout_at(deadline, self.places.take(&key)).await else {
            let why = "as many calls as there may be connections wait for its response: \
                       check its locks, and the standbys it waits for";
            return Err(StoreError::new(StoreErrorKind::Busy, why).into());
        };
        let late = |_| Err(self.silent("it did not respond within").into());
        timeout_at(deadline, self.handshake(address, place)).await.unwrap_or_else(late)
    }

    async fn handshake(&self, address: &Config, place: Place) -> Result<Connection, PostgresOpenError> {
        let generation = self.generation.load(Ordering::Relaxed);
        let client = match &self.encryption {
            Encryption::None => {
                let (client, connection) = address.connect(NoTls).await.map_err(refused)?;
                keep(client, connection, place.clone())
            }
            Encryption::Tls(tls) => {
                let (client, connection) = address.connect(tls.clone()).await.map_err(refused)?;
                keep(client, connection, place.clone())
            }
        };
        prepare(&client, self.statement_timeout).await?;
        let server = Server::of(&*client).await?;
        self.fence.admit(&client, server).await?;
        let limit = self.statement_timeout;
        Ok(Connection { client, under_way: false, generation, server, place, limit })
    }

    fn silent(&self, what: &str) -> StoreError {
        let why = format!("{what} the connect timeout of {:?}", self.timeout);
        StoreError::new(StoreErrorKind::Io, io::Error::new(io::ErrorKind::TimedOut, why))
    }
}

/// Drives a connection, apart from its client: when the client is dropped, it ends after all pending responses, and its
/// place is free then.
fn keep(
    client: Client,
    connection: impl Future<Output = Result<(), tokio_postgres::Error>> + Send + 'static,
    place: Place,
) -> ClientWrapper {
    // Pending calls on it get its error.
    tokio::spawn(async move {
        drop(connection.await);
        drop(place);
    });
    // The task that the wrapper would abort.
    ClientWrapper::new(client, tokio::spawn(async {}))
}

/// Tells one server from others.
fn key(address: &Config) -> String {
    address.get_hostaddrs().first().map_or_else(|| name(address), |ip| format!("{} {ip}", name(address)))
}

/// A connection, and whether a call is in flight on it.
///
/// A cancelled or timed-out call leaves it in flight, and the connection is not reused: the next call would wait
/// behind a response that may never come.
pub(crate) struct Connection {
    pub(crate) client: ClientWrapper,
    pub(crate) under_way: bool,
    generation: u64,
    server: Option<Server>,
    place: Place,
    /// How long a statement takes at most.
    limit: Duration,
}

/// A connection that is given up keeps its place for as long as a statement could take: only a commit that waits for a
/// standby takes longer, or a response that is lost.
impl Drop for Connection {
    fn drop(&mut self) {
        if !self.under_way || self.client.is_closed() {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(self.place.move_aside_after(self.limit));
        }
    }
}

impl Connection {
    fn is_behind(&self, other: &Self) -> bool {
        self.server.map(|server| server.timeline) < other.server.map(|server| server.timeline)
    }
}

impl Manager for Connector {
    type Type = Connection;
    type Error = PostgresOpenError;

    async fn create(&self) -> Result<Connection, PostgresOpenError> {
        // A handshake takes much room in a future, and each call would carry it.
        Box::pin(self.connect()).await
    }

    async fn recycle(&self, connection: &mut Connection, _: &Metrics) -> RecycleResult<PostgresOpenError> {
        let is_trusted = connection.generation == self.generation.load(Ordering::Relaxed)
            && self.fence.allows(connection.server);
        if connection.under_way || connection.client.is_closed() || !is_trusted {
            return Err(RecycleError::message("the connection cannot be used again"));
        }
        Ok(())
    }
}

/// Maps a failure to connect. SQLSTATE class 28 is a failed authentication.
fn refused(error: tokio_postgres::Error) -> PostgresOpenError {
    let class = error.code().map(|code| code.code().get(..2).unwrap_or_default().to_owned());
    // The client library has no other way to say it.
    if error.source().is_some_and(|source| source.to_string() == "server does not support TLS") {
        return PostgresOpenError::NoTls;
    }
    match class.as_deref() {
        Some("28") => PostgresOpenError::Refused(failed_to_open(error)),
        _ => PostgresOpenError::Store(failed_to_open(error)),
    }
}
