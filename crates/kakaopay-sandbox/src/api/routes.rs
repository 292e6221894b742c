//! Which call a request is.

use bytes::Bytes;
use http::Response;

use super::answer::Answer;
use super::auth::{Signed, signed};
use super::refusal::Refusal;
use super::request::Call;
use super::version::version;
use super::{
    account, capability, charges, cors, endings, events, refunds, search, sources, transactions,
    webhook_secrets,
};
use crate::keys::Keys;
use crate::version::ApiVersion;
use crate::world::World;

/// Answers a call.
pub(crate) fn respond(world: &mut World, keys: &Keys, call: &Call) -> Response<Bytes> {
    if let Some(response) = cors::preflight(call) {
        return response;
    }
    let answer = carry_out(world, keys, call).unwrap_or_else(Answer::refusal);
    let mut response = answer.into_response(&world.ids.request());
    cors::allow(call, &mut response);
    response
}

/// Carries a call out, if its key may.
fn carry_out(world: &mut World, keys: &Keys, call: &Call) -> Result<Answer, Refusal> {
    let signed = signed(&call.headers, keys)?;
    let version = version(call, world.account.version)?;
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let route = (call.method.as_str(), path.as_slice());
    if let Some(answer) = for_any_key(world, call, route, version) {
        return Ok(answer);
    }
    if signed != Signed::Secret {
        return Err(Refusal::authentication());
    }
    for_payments(world, call, route, version)
        .or_else(|| for_the_account(world, call, route, version))
        .ok_or_else(Refusal::no_route)
}

type Route<'a> = (&'a str, &'a [&'a str]);

/// The buyer's side: either key creates and reads sources, and asks what can be paid with.
fn for_any_key(world: &mut World, call: &Call, route: Route<'_>, version: ApiVersion) -> Option<Answer> {
    Some(match route {
        ("POST", ["sources"]) => Answer::of(sources::create(world, call), version),
        ("GET", ["sources", id]) => Answer::of(sources::retrieve(world, id), version),
        ("GET", ["capability"]) => Answer::of(capability::retrieve(version), version),
        _ => return None,
    })
}

fn for_payments(world: &mut World, call: &Call, route: Route<'_>, version: ApiVersion) -> Option<Answer> {
    Some(match route {
        ("POST", ["charges"]) => Answer::of(charges::create(world, call), version),
        ("GET", ["charges"]) => Answer::of(charges::list(world, call), version),
        ("GET", ["charges", id]) => Answer::of(charges::retrieve(world, call, id), version),
        ("PATCH" | "PUT", ["charges", id]) => Answer::of(charges::update(world, call, id), version),
        ("GET", ["charges", id, "events"]) => Answer::of(events::of_charge(world, call, id), version),
        ("POST", ["charges", id, "expire"]) => Answer::of(endings::expire(world, call, id), version),
        ("POST", ["charges", id, "mark_as_paid"]) => {
            Answer::of(endings::mark_as_paid(world, call, id), version)
        }
        ("POST", ["charges", id, "mark_as_failed"]) => {
            Answer::of(endings::mark_as_failed(world, call, id), version)
        }
        ("POST", ["charges", id, "capture"]) => Answer::of(endings::capture(world, id), version),
        ("POST", ["charges", id, "reverse"]) => Answer::of(endings::reverse(world, id), version),
        ("POST", ["charges", id, "refunds"]) => Answer::of(refunds::create(world, call, id), version),
        ("GET", ["charges", id, "refunds"]) => Answer::of(refunds::of_charge(world, call, id), version),
        ("GET", ["charges", id, "refunds", refund]) => {
            Answer::of(refunds::retrieve(world, call, id, refund), version)
        }
        ("GET", ["refunds"]) => Answer::of(refunds::list(world, call), version),
        _ => return None,
    })
}

fn for_the_account(world: &mut World, call: &Call, route: Route<'_>, version: ApiVersion) -> Option<Answer> {
    Some(match route {
        ("GET", ["events"]) => Answer::of(events::list(world, call), version),
        ("GET", ["events", id]) => Answer::of(events::retrieve(world, id), version),
        ("GET", ["transactions", id]) => Answer::of(transactions::retrieve(world, call, id), version),
        ("GET", ["search"]) => search::answer(world, call, version),
        ("GET", ["account"]) => Answer::of(Ok(account::retrieve(world)), version),
        ("PATCH" | "PUT", ["account"]) => Answer::of(account::update(world, call), version),
        ("PATCH" | "PUT", ["account", "api_version"]) => Answer::of(account::upgrade(world, call), version),
        ("GET", ["webhooks", "secrets"]) => Answer::of(webhook_secrets::list(world, call), version),
        ("POST", ["webhooks", "secrets"]) => Answer::of(webhook_secrets::roll(world, call), version),
        ("DELETE", ["webhooks", "secrets"]) => Answer::of(webhook_secrets::delete(world, call), version),
        _ => return None,
    })
}
