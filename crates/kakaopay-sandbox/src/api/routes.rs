//! Which call a request is.

use super::answer::Answer;
use super::auth::{Signed, signed};
use super::refusal::Refusal;
use super::request::Call;
use super::{charges, events, refunds, sources};
use crate::keys::Keys;
use crate::world::World;

/// Carries a call out, if its key may.
pub(crate) fn route(world: &mut World, keys: &Keys, call: &Call) -> Answer {
    match carry_out(world, keys, call) {
        Ok(answer) => answer,
        Err(refusal) => Answer::refusal(refusal),
    }
}

fn carry_out(world: &mut World, keys: &Keys, call: &Call) -> Result<Answer, Refusal> {
    let signed = signed(&call.headers, keys)?;
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let method = call.method.as_str();
    // Sources are the buyer's side: either key creates and reads them.
    match (method, path.as_slice()) {
        ("POST", ["sources"]) => return Ok(sources::create(world, call).into()),
        ("GET", ["sources", id]) => return Ok(sources::retrieve(world, id).into()),
        _ => {}
    }
    if signed != Signed::Secret {
        return Err(Refusal::authentication());
    }
    Ok(match (method, path.as_slice()) {
        ("POST", ["charges"]) => charges::create(world, call).into(),
        ("GET", ["charges"]) => charges::list(world, call).into(),
        ("GET", ["charges", id]) => charges::retrieve(world, call, id).into(),
        ("GET", ["charges", id, "events"]) => charges::events(world, call, id).into(),
        ("POST", ["charges", id, "mark_as_paid"]) => charges::mark_as_paid(world, call, id).into(),
        ("POST", ["charges", id, "mark_as_failed"]) => charges::mark_as_failed(world, call, id).into(),
        ("POST", ["charges", id, "refunds"]) => refunds::create(world, call, id).into(),
        ("GET", ["charges", id, "refunds"]) => refunds::of_charge(world, call, id).into(),
        ("GET", ["charges", id, "refunds", refund]) => refunds::retrieve(world, id, refund).into(),
        ("GET", ["refunds"]) => refunds::list(world, call).into(),
        ("GET", ["events"]) => events::list(world, call).into(),
        ("GET", ["events", id]) => events::retrieve(world, id).into(),
        _ => return Err(Refusal::no_route()),
    })
}
