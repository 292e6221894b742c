//! Places for connections, at each server of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Places for connections, at each server of its own.
///
/// A connection that is given up while a response is pending keeps its place until the server has responded or closed
/// it. Otherwise commits that wait for a standby would leave more and more sessions behind, until the server takes
/// none of anybody. A response may be lost without the connection: so that not all places are, it moves to one of as
/// many others in time.
pub(crate) struct Places {
    most: usize,
    servers: Mutex<BTreeMap<String, Server>>,
}

/// The places at one server.
#[derive(Clone)]
struct Server {
    used: Arc<Semaphore>,
    given_up: Arc<Semaphore>,
}

/// The place of one connection, free again when the last clone is dropped.
#[derive(Clone)]
pub(crate) struct Place {
    permit: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
    given_up: Arc<Semaphore>,
}

impl Places {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, servers: Mutex::new(BTreeMap::new()) }
    }

    /// Waits for a place at a server.
    pub(crate) async fn take(&self, server: &str) -> Place {
        let Server { used, given_up } = self.at(server);
        // It is never closed.
        Place { permit: Arc::new(Mutex::new(used.acquire_owned().await.ok())), given_up }
    }

    /// How many places are taken at a server.
    pub(crate) fn taken(&self, server: &str) -> usize {
        let servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        servers.get(server).map_or(0, |server| self.most.saturating_sub(server.used.available_permits()))
    }

    pub(crate) fn most(&self) -> usize {
        self.most
    }

    fn at(&self, server: &str) -> Server {
        let mut servers = self.servers.lock().unwrap_or_else(PoisonError::into_inner);
        let places = || Arc::new(Semaphore::new(self.most));
        servers
            .entry(server.to_owned())
            .or_insert_with(|| Server { used: places(), given_up: places() })
            .clone()
    }
}

impl Place {
    /// Moves a connection that was given up out of the way after some time, if it is still there and there is a place
    /// for it.
    pub(crate) fn move_aside_after(&self, time: Duration) -> impl Future<Output = ()> + Send + use<> {
        let (permit, given_up) = (Arc::downgrade(&self.permit), Arc::clone(&self.given_up));
        async move {
            tokio::time::sleep(time).await;
            let Some(permit) = permit.upgrade() else { return };
            if let Ok(aside) = given_up.try_acquire_owned() {
                *permit.lock().unwrap_or_else(PoisonError::into_inner) = Some(aside);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether there is a place at once.
    async fn is_free(places: &Places, server: &str) -> bool {
        tokio::select! {
            biased;
            _ = places.take(server) => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn f67_each_server_has_its_own_places() {
        let places = Places::new(2);
        let (first, _second) = (places.take("a").await, places.take("a").await);
        assert_eq!((places.taken("a"), places.taken("b")), (2, 0));
        assert!(is_free(&places, "b").await && !is_free(&places, "a").await);
        let task = first.clone();
        drop(first);
        assert!(!is_free(&places, "a").await, "the connection is not closed");
        drop(task);
        assert!(is_free(&places, "a").await);
    }

    #[tokio::test]
    async fn f67_as_many_as_there_are_places_move_aside() {
        let places = Places::new(1);
        let lost = places.take("a").await;
        lost.move_aside_after(Duration::ZERO).await;
        let again = places.take("a").await;
        again.move_aside_after(Duration::ZERO).await;
        assert!(!is_free(&places, "a").await);
        drop(lost);
        again.move_aside_after(Duration::ZERO).await;
        assert!(is_free(&places, "a").await);
    }
}
