//! `/events`.

use kakaopay_types::EventId;

use super::page::Page;
use super::refusal::Refusal;
use super::request::Call;
use crate::object::{EventObject, ListObject};
use crate::world::World;

/// `GET /events/{id}`.
pub(crate) fn retrieve(world: &World, id: &str) -> Result<EventObject, Refusal> {
    let found = EventId::parse(id).ok().and_then(|id| world.event(&id));
    found.map(EventObject::read).ok_or_else(|| Refusal::not_found("event", id))
}

/// `GET /events`.
pub(crate) fn list(world: &World, call: &Call) -> Result<ListObject<EventObject>, Refusal> {
    let events = world.events().map(|event| (event.created_at, event));
    Ok(Page::of(call)?.cut("/events", events, EventObject::read))
}
