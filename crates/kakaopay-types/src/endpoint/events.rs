//! Calls that concern events.

use super::contract::{Endpoint, Method, Read};
use super::page::Page;
use crate::event::Event;
use crate::id::EventId;
use crate::key::SecretOnly;
use crate::list::List;
use crate::params::Params;

/// `GET /events/{id}`: reads an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrieveEvent {
    /// The event to read.
    pub id: EventId,
}

impl Endpoint for RetrieveEvent {
    type Access = SecretOnly;
    type Effect = Read;
    type Response = Event;

    const OPERATION: &'static str = "events.retrieve";
    const METHOD: Method = Method::Get;

    fn path(&self) -> String {
        format!("/events/{}", self.id)
    }
}

/// `GET /events`: reads a page of the account's events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListEvents {
    /// Which part of the list.
    pub page: Page,
}

impl Endpoint for ListEvents {
    type Access = SecretOnly;
    type Effect = Read;
    type Response = List<Event>;

    const OPERATION: &'static str = "events.list";
    const METHOD: Method = Method::Get;

    fn path(&self) -> String {
        "/events".to_owned()
    }

    fn params(&self) -> Params {
        self.page.params()
    }
}
