//! The API's route tables.

use super::request::Call;
use super::response::ApiResponse;
use super::{
    account, capability, charge_actions, charges, events, refunds, search, sources, transactions,
    webhook_secrets,
};
use crate::route::{PathParams, Route, delete, get, patch, post};
use crate::state::State;
use crate::version::ApiVersion;

/// Handles a call whose key is authorized.
type Handler = fn(&mut State, &Call, ApiVersion, PathParams<'_>) -> ApiResponse;

/// Calls for either key: create and read sources, and read the capability.
pub(crate) const FOR_ANY_KEY: &[Route<Handler>] = &[
    post("/sources", "sources.create", |state, call, version, _| {
        ApiResponse::of(sources::create(state, call), version)
    }),
    get("/sources/{source}", "sources.retrieve", |state, _, version, [source, _]| {
        ApiResponse::of(sources::retrieve(state, source), version)
    }),
    get("/capability", "capability.retrieve", |_, _, version, _| {
        ApiResponse::of(capability::retrieve(version), version)
    }),
];

/// Calls for the secret key that concern payments.
pub(crate) const FOR_PAYMENTS: &[Route<Handler>] = &[
    post("/charges", "charges.create", |state, call, version, _| {
        ApiResponse::of(charges::create(state, call), version)
    }),
    get("/charges", "charges.list", |state, call, version, _| {
        ApiResponse::of(charges::list(state, call), version)
    }),
    get("/charges/{charge}", "charges.retrieve", |state, call, version, [charge, _]| {
        ApiResponse::of(charges::retrieve(state, call, charge), version)
    }),
    patch("/charges/{charge}", "charges.update", |state, call, version, [charge, _]| {
        ApiResponse::of(charges::update(state, call, charge), version)
    }),
    get("/charges/{charge}/events", "charges.events", |state, call, version, [charge, _]| {
        ApiResponse::of(events::of_charge(state, call, charge), version)
    }),
    post("/charges/{charge}/expire", "charges.expire", |state, call, version, [charge, _]| {
        ApiResponse::of(charge_actions::expire(state, call, charge), version)
    }),
    post("/charges/{charge}/mark_as_paid", "charges.mark_as_paid", |state, call, version, [charge, _]| {
        ApiResponse::of(charge_actions::mark_as_paid(state, call, charge), version)
    }),
    post(
        "/charges/{charge}/mark_as_failed",
        "charges.mark_as_failed",
        |state, call, version, [charge, _]| {
            ApiResponse::of(charge_actions::mark_as_failed(state, call, charge), version)
        },
    ),
    post("/charges/{charge}/capture", "charges.capture", |state, _, version, [charge, _]| {
        ApiResponse::of(charge_actions::capture(state, charge), version)
    }),
    post("/charges/{charge}/reverse", "charges.reverse", |state, _, version, [charge, _]| {
        ApiResponse::of(charge_actions::reverse(state, charge), version)
    }),
    post("/charges/{charge}/refunds", "refunds.create", |state, call, version, [charge, _]| {
        ApiResponse::of(refunds::create(state, call, charge), version)
    }),
    get("/charges/{charge}/refunds", "charges.refunds", |state, call, version, [charge, _]| {
        ApiResponse::of(refunds::of_charge(state, call, charge), version)
    }),
    get(
        "/charges/{charge}/refunds/{refund}",
        "refunds.retrieve",
        |state, call, version, [charge, refund]| {
            ApiResponse::of(refunds::retrieve(state, call, charge, refund), version)
        },
    ),
    get("/refunds", "refunds.list", |state, call, version, _| {
        ApiResponse::of(refunds::list(state, call), version)
    }),
];

/// Other calls for the secret key.
pub(crate) const FOR_THE_ACCOUNT: &[Route<Handler>] = &[
    get("/events", "events.list", |state, call, version, _| {
        ApiResponse::of(events::list(state, call), version)
    }),
    get("/events/{event}", "events.retrieve", |state, _, version, [event, _]| {
        ApiResponse::of(events::retrieve(state, event), version)
    }),
    get("/transactions/{transaction}", "transactions.retrieve", |state, call, version, [transaction, _]| {
        ApiResponse::of(transactions::retrieve(state, call, transaction), version)
    }),
    get("/search", "search", |state, call, version, _| search::respond(state, call, version)),
    get("/account", "account.retrieve", |state, _, version, _| {
        ApiResponse::of(Ok(account::retrieve(state)), version)
    }),
    patch("/account", "account.update", |state, call, version, _| {
        ApiResponse::of(account::update(state, call), version)
    }),
    patch("/account/api_version", "account.upgrade", |state, call, version, _| {
        ApiResponse::of(account::upgrade(state, call), version)
    }),
    get("/webhooks/secrets", "webhook_secrets.list", |state, call, version, _| {
        ApiResponse::of(webhook_secrets::list(state, call), version)
    }),
    post("/webhooks/secrets", "webhook_secrets.roll", |state, call, version, _| {
        ApiResponse::of(webhook_secrets::roll(state, call), version)
    }),
    delete("/webhooks/secrets", "webhook_secrets.delete", |state, call, version, _| {
        ApiResponse::of(webhook_secrets::delete(state, call), version)
    }),
];

/// An operation of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiOperation {
    /// Operation name, such as `charges.retrieve`, which fault rules use.
    pub name: &'static str,
    /// Path, such as `/charges/{charge}`.
    pub path: &'static str,
    /// Accepted methods. The first is documented; older clients send the others.
    pub methods: &'static [&'static str],
    /// Whether the public key may call it.
    pub with_public_key: bool,
}

/// Returns every operation of the API.
pub fn api_operations() -> impl Iterator<Item = ApiOperation> {
    let of = |table: &'static [Route<Handler>], with_public_key| {
        table.iter().map(move |route| ApiOperation {
            name: route.name,
            path: route.path,
            methods: route.methods,
            with_public_key,
        })
    };
    of(FOR_ANY_KEY, true).chain(of(FOR_PAYMENTS, false)).chain(of(FOR_THE_ACCOUNT, false))
}
