//! Calls that concern events.

use futures_util::Stream;
use kakaopay_types::endpoint::{ListEvents, ListParams, RetrieveEvent};
use kakaopay_types::{Authorizes, Event, EventId, List, SecretOnly};

use crate::client::Client;
use crate::error::Error;

/// The calls that concern events.
#[derive(Debug)]
pub struct Events<'a, K>(&'a Client<K>);

impl<K> Client<K> {
    /// The calls that concern events.
    #[must_use]
    pub fn events(&self) -> Events<'_, K> {
        Events(self)
    }
}

impl<K: Authorizes<SecretOnly>> Events<'_, K> {
    /// Reads an event.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn retrieve(&self, id: EventId) -> Result<Event, Error> {
        self.0.send(RetrieveEvent::new(id)).await
    }

    /// Reads a page of the account's events.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn list(&self, page: ListParams) -> Result<List<Event>, Error> {
        self.0.send(ListEvents::new().page(page)).await
    }

    /// The account's events, each once: see [`Client::paginate`].
    pub fn paginate(&self, page: ListParams) -> impl Stream<Item = Result<Event, Error>> + use<K> {
        self.0.paginate(ListEvents::new().page(page))
    }
}
