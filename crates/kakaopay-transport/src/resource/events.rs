//! Calls of events.

use futures_util::Stream;
use kakaopay_types::endpoint::{ListEvents, ListParams, RetrieveEvent};
use kakaopay_types::{Authorizes, Event, EventId, List, SecretOnly};

use crate::client::Client;
use crate::error::Error;

/// Calls of events; see [`Client::events`].
#[derive(Debug)]
pub struct Events<'a, K>(&'a Client<K>);

impl<K> Client<K> {
    /// Returns the calls of events.
    #[must_use]
    pub fn events(&self) -> Events<'_, K> {
        Events(self)
    }
}

impl<K: Authorizes<SecretOnly>> Events<'_, K> {
    /// Retrieves an event.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn retrieve(&self, id: EventId) -> Result<Event, Error> {
        self.0.send(RetrieveEvent::new(id)).await
    }

    /// Lists one page of the account's events.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn list(&self, page: ListParams) -> Result<List<Event>, Error> {
        self.0.send(ListEvents::new().page(page)).await
    }

    /// Returns a stream of the account's events: see [`Client::paginate`].
    pub fn paginate(&self, page: ListParams) -> impl Stream<Item = Result<Event, Error>> + use<K> {
        self.0.paginate(ListEvents::new().page(page))
    }
}
