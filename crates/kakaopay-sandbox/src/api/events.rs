//! `/events` and `/charges/{id}/events`.

use kakaopay_types::EventId;

use super::charges;
use super::page::Page;
use super::refusal::Refusal;
use super::request::Call;
use crate::object::{EventObject, ListObject};
use crate::state::State;

/// `GET /events/{id}`.
pub(crate) fn retrieve<'a>(state: &'a State, id: &str) -> Result<EventObject<'a>, Refusal> {
    let found = EventId::parse(id).ok().and_then(|id| state.event(&id));
    found.map(|event| EventObject::read(state, event)).ok_or_else(|| Refusal::not_found("event", id))
}

/// `GET /events`.
pub(crate) fn list<'a>(state: &'a State, call: &Call) -> Result<ListObject<EventObject<'a>>, Refusal> {
    let events = state.events().map(|event| (event.created_at, event));
    Ok(Page::of(call)?.cut("/events", events, |event| EventObject::read(state, event)))
}

/// `GET /charges/{id}/events`: the events of a charge and of its refunds.
pub(crate) fn of_charge<'a>(
    state: &'a State,
    call: &Call,
    id: &str,
) -> Result<ListObject<EventObject<'a>>, Refusal> {
    let charge = charges::find(state, id)?;
    let events = state.events().filter(|event| event.charge() == &charge.id);
    let events = events.map(|event| (event.created_at, event));
    Ok(Page::of(call)?.cut(&format!("/charges/{id}/events"), events, |event| EventObject::read(state, event)))
}
