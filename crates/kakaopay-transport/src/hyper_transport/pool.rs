//! The connection pool.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::hyper_transport::connection::Connection;
use crate::hyper_transport::target::Target;

/// Pool of idle connections, and of HTTP/2 connections in use, the most recently used last.
///
/// It replaces hyper-util's client, which allocates for each call, opens connections that no call waits for,
/// and reports a request that was returned unsent as maybe sent. hyper-util's composable `client::pool` has
/// neither an idle timeout nor a size limit, and reuses a connection whose response is still being read.
pub(super) struct Pool {
    idle: Mutex<Vec<Idle>>,
    idle_timeout: Duration,
    max_idle_per_host: usize,
}

struct Idle {
    connection: Connection,
    since: Instant,
}

impl Pool {
    pub(super) fn new(idle_timeout: Duration, max_idle_per_host: usize) -> Self {
        Self { idle: Mutex::default(), idle_timeout, max_idle_per_host }
    }

    /// Takes a usable connection to this target. A multiplexed connection also stays in the pool.
    pub(super) fn take(&self, target: &Target) -> Option<Connection> {
        let (runtime, now) = (Handle::current().id(), Instant::now());
        let mut idle = self.lock();
        loop {
            // The most recently used, so that surplus connections reach the idle timeout.
            let at = idle.iter().rposition(|idle| idle.connection.serves(target, runtime))?;
            let usable = self.is_usable(&idle[at], now);
            if usable && let Some(shared) = idle[at].connection.share() {
                idle[at].since = now;
                return Some(shared);
            }
            let taken = idle.remove(at);
            if usable {
                return Some(taken.connection);
            }
        }
    }

    /// Returns a used connection to the pool, once its response has been read.
    pub(super) fn give_back(self: &Arc<Self>, mut connection: Connection) {
        if connection.is_ready() {
            self.insert(connection);
            return;
        }
        // The response is still arriving. If its body is dropped early, hyper closes the connection.
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            if connection.ready().await {
                pool.insert(connection);
            }
        });
    }

    /// Inserts a ready connection, unless the pool is full.
    pub(super) fn insert(&self, connection: Connection) {
        let mut idle = self.lock();
        let same =
            |idle: &&Idle| connection.is_interchangeable_with(&idle.connection) && idle.connection.is_ready();
        let room =
            idle.len() < self.max_idle_per_host || idle.iter().filter(same).count() < self.max_idle_per_host;
        // One multiplexed connection suffices.
        let needed = !connection.is_multiplexed() || !idle.iter().any(|idle| same(&idle));
        if room && needed {
            idle.push(Idle { connection, since: Instant::now() });
        }
    }

    /// Drops closed connections and those past the idle timeout.
    pub(super) fn evict(&self) {
        let now = Instant::now();
        self.lock().retain(|idle| self.is_usable(idle, now));
    }

    fn is_usable(&self, idle: &Idle, now: Instant) -> bool {
        idle.connection.is_ready() && now.saturating_duration_since(idle.since) < self.idle_timeout
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
