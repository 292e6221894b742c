//! The calls of the API.

use super::answer::Answer;
use super::request::Call;
use super::{
    account, capability, charges, endings, events, refunds, search, sources, transactions, webhook_secrets,
};
use crate::route::{Ids, Route, delete, get, patch, post};
use crate::version::ApiVersion;
use crate::world::World;

/// What answers a call whose key may make it.
type Answering = fn(&mut World, &Call, ApiVersion, Ids<'_>) -> Answer;

/// The buyer's side: either key creates and reads sources, and asks what can be paid with.
pub(crate) const FOR_ANY_KEY: &[Route<Answering>] = &[
    post("/sources", "sources.create", |world, call, version, _| {
        Answer::of(sources::create(world, call), version)
    }),
    get("/sources/{source}", "sources.retrieve", |world, _, version, [source, _]| {
        Answer::of(sources::retrieve(world, source), version)
    }),
    get("/capability", "capability.retrieve", |_, _, version, _| {
        Answer::of(capability::retrieve(version), version)
    }),
];

/// What moves money, with the secret key.
pub(crate) const FOR_PAYMENTS: &[Route<Answering>] = &[
    post("/charges", "charges.create", |world, call, version, _| {
        Answer::of(charges::create(world, call), version)
    }),
    get("/charges", "charges.list", |world, call, version, _| {
        Answer::of(charges::list(world, call), version)
    }),
    get("/charges/{charge}", "charges.retrieve", |world, call, version, [charge, _]| {
        Answer::of(charges::retrieve(world, call, charge), version)
    }),
    patch("/charges/{charge}", "charges.update", |world, call, version, [charge, _]| {
        Answer::of(charges::update(world, call, charge), version)
    }),
    get("/charges/{charge}/events", "charges.events", |world, call, version, [charge, _]| {
        Answer::of(events::of_charge(world, call, charge), version)
    }),
    post("/charges/{charge}/expire", "charges.expire", |world, call, version, [charge, _]| {
        Answer::of(endings::expire(world, call, charge), version)
    }),
    post("/charges/{charge}/mark_as_paid", "charges.mark_as_paid", |world, call, version, [charge, _]| {
        Answer::of(endings::mark_as_paid(world, call, charge), version)
    }),
    post(
        "/charges/{charge}/mark_as_failed",
        "charges.mark_as_failed",
        |world, call, version, [charge, _]| Answer::of(endings::mark_as_failed(world, call, charge), version),
    ),
    post("/charges/{charge}/capture", "charges.capture", |world, _, version, [charge, _]| {
        Answer::of(endings::capture(world, charge), version)
    }),
    post("/charges/{charge}/reverse", "charges.reverse", |world, _, version, [charge, _]| {
        Answer::of(endings::reverse(world, charge), version)
    }),
    post("/charges/{charge}/refunds", "refunds.create", |world, call, version, [charge, _]| {
        Answer::of(refunds::create(world, call, charge), version)
    }),
    get("/charges/{charge}/refunds", "charges.refunds", |world, call, version, [charge, _]| {
        Answer::of(refunds::of_charge(world, call, charge), version)
    }),
    get(
        "/charges/{charge}/refunds/{refund}",
        "refunds.retrieve",
        |world, call, version, [charge, refund]| {
            Answer::of(refunds::retrieve(world, call, charge, refund), version)
        },
    ),
    get("/refunds", "refunds.list", |world, call, version, _| {
        Answer::of(refunds::list(world, call), version)
    }),
];

/// The rest of what the secret key may.
pub(crate) const FOR_THE_ACCOUNT: &[Route<Answering>] = &[
    get("/events", "events.list", |world, call, version, _| Answer::of(events::list(world, call), version)),
    get("/events/{event}", "events.retrieve", |world, _, version, [event, _]| {
        Answer::of(events::retrieve(world, event), version)
    }),
    get("/transactions/{transaction}", "transactions.retrieve", |world, call, version, [transaction, _]| {
        Answer::of(transactions::retrieve(world, call, transaction), version)
    }),
    get("/search", "search", |world, call, version, _| search::answer(world, call, version)),
    get("/account", "account.retrieve", |world, _, version, _| {
        Answer::of(Ok(account::retrieve(world)), version)
    }),
    patch("/account", "account.update", |world, call, version, _| {
        Answer::of(account::update(world, call), version)
    }),
    patch("/account/api_version", "account.upgrade", |world, call, version, _| {
        Answer::of(account::upgrade(world, call), version)
    }),
    get("/webhooks/secrets", "webhook_secrets.list", |world, call, version, _| {
        Answer::of(webhook_secrets::list(world, call), version)
    }),
    post("/webhooks/secrets", "webhook_secrets.roll", |world, call, version, _| {
        Answer::of(webhook_secrets::roll(world, call), version)
    }),
    delete("/webhooks/secrets", "webhook_secrets.delete", |world, call, version, _| {
        Answer::of(webhook_secrets::delete(world, call), version)
    }),
];
