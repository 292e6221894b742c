//! What anyone may read: the pages of a payment, and what is beside them.

use bytes::Bytes;
use http::Response;

use super::{authorize, headers};
use crate::api::Call;
use crate::route::{Ids, Route, get, post};
use crate::world::World;
use crate::{openapi, script};

/// What answers a request for a page.
type Showing = fn(&mut World, &Call, Ids<'_>) -> Response<Bytes>;

/// What needs no key.
pub(crate) const FOR_ANYONE: &[Route<Showing>] = &[
    get("/payments/{payment}/authorize", "payments.desktop", |world, call, [payment, _]| {
        authorize::desktop(world, call, payment)
    }),
    post("/payments/{payment}/authorize", "payments.end", |world, call, [payment, _]| {
        authorize::desktop(world, call, payment)
    }),
    get("/payments/{payment}/phone", "payments.phone", |world, call, [payment, _]| {
        authorize::phone(world, call, payment)
    }),
    post("/payments/{payment}/phone", "payments.end_on_phone", |world, call, [payment, _]| {
        authorize::phone(world, call, payment)
    }),
    get("/payments/{payment}/status", "payments.status", |world, call, [payment, _]| {
        authorize::status(world, call, payment)
    }),
    get("/payments/{payment}/qr.svg", "payments.code", |world, call, [payment, _]| {
        authorize::code(world, call, payment)
    }),
    get("/sandbox.css", "pages.style", |_, _, _| headers::style()),
    get("/sandbox.js", "pages.script", |_, _, _| headers::script()),
    get("/omise.js", "omise_js", |_, _, _| script::response()),
    get("/openapi.json", "openapi", |world, call, _| openapi::response(world, call)),
];

/// The answer, if the request needs no key.
pub(crate) fn respond(world: &mut World, call: &Call) -> Option<Response<Bytes>> {
    let (route, ids) = Route::find(FOR_ANYONE, call.method.as_str(), &call.path)?;
    Some((route.answer)(world, call, ids))
}
