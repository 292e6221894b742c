//! Endpoints of events.

use super::definition::endpoint;
use super::page::ListParams;
use crate::event::Event;
use crate::id::EventId;
use crate::list::List;

endpoint! {
    /// `GET /events/{id}`: reads an event.
    RetrieveEvent: "events.retrieve" = Get "/events/{}", SecretOnly, Read -> Event;
    path {
        /// The event to read.
        id: EventId,
    }
}

endpoint! {
    /// `GET /events`: reads a page of the account's events.
    #[derive(Default)]
    ListEvents: "events.list" = Get "/events", SecretOnly, Read -> List<Event>;
    params {
        /// The part of the list to read.
        page: ListParams,
    }
}
