//! The connections that are kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

use crate::wire::connection::Connection;
use crate::wire::target::Target;

/// The connections that are kept, the one that was used last behind the others.
///
/// hyper-util's client asks for memory for each call where this does not, makes connections that nobody
/// waits for, and says of a request that came back unsent that it may have been sent. Its composable
/// `client::pool` knows neither a limit of time nor one of number, and takes back a connection whose answer
/// is still being read.
pub(super) struct Pool {
    kept: Mutex<Vec<Kept>>,
    idle_timeout: Duration,
    max_idle_per_host: usize,
}

struct Kept {
    connection: Connection,
    since: Instant,
}

impl Pool {
    pub(super) fn new(idle_timeout: Duration, max_idle_per_host: usize) -> Self {
        Self { kept: Mutex::default(), idle_timeout, max_idle_per_host }
    }

    /// A connection that can take a request to this target, if one is kept. What carries several at once
    /// stays here as well.
    pub(super) fn take(&self, target: &Target) -> Option<Connection> {
        let (runtime, now) = (Handle::current().id(), Instant::now());
        let mut kept = self.lock();
        loop {
            // The one that was used last, so that the others may grow old.
            let at = kept.iter().rposition(|kept| kept.connection.serves(target, runtime))?;
            let good = self.is_good(&kept[at], now);
            if good && let Some(shared) = kept[at].connection.share() {
                kept[at].since = now;
                return Some(shared);
            }
            let taken = kept.remove(at);
            if good {
                return Some(taken.connection);
            }
        }
    }

    /// Takes a connection back that was used, as soon as the answer it carries has been read to its end.
    pub(super) fn give_back(self: &Arc<Self>, mut connection: Connection) {
        if connection.is_ready() {
            self.keep(connection);
            return;
        }
        // Only an answer that did not come in one piece gets here. If it is dropped before its end, hyper
        // closes the connection.
        let pool = Arc::clone(self);
        tokio::spawn(async move {
            if connection.ready().await {
                pool.keep(connection);
            }
        });
    }

    /// Keeps a connection that can take a request.
    pub(super) fn keep(&self, connection: Connection) {
        let mut kept = self.lock();
        let same = |kept: &&Kept| connection.is_like(&kept.connection) && kept.connection.is_ready();
        let room =
            kept.len() < self.max_idle_per_host || kept.iter().filter(same).count() < self.max_idle_per_host;
        // One that carries several at once is enough.
        let needed = !connection.is_shared() || !kept.iter().any(|kept| same(&kept));
        if room && needed {
            kept.push(Kept { connection, since: Instant::now() });
        }
    }

    /// Lets go of what nobody can use any more.
    pub(super) fn evict(&self) {
        let now = Instant::now();
        self.lock().retain(|kept| self.is_good(kept, now));
    }

    fn is_good(&self, kept: &Kept, now: Instant) -> bool {
        kept.connection.is_ready() && now.saturating_duration_since(kept.since) < self.idle_timeout
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
