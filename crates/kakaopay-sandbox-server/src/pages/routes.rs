//! What anyone may read: the pages of a payment, and what is beside them.

use bytes::Bytes;
use http::Response;

use super::step::Step;
use super::{headers, payment};
use crate::api::Call;
use crate::route::{Ids, Route, get, post};
use crate::world::World;
use crate::{openapi, script};

/// What answers a request for a page.
type Showing = fn(&mut World, &Call, Ids<'_>) -> Response<Bytes>;

/// What needs no key.
pub(crate) const FOR_ANYONE: &[Route<Showing>] = &[
    get("/payments/{payment}/authorize", "payments.desktop", |world, call, [payment, _]| {
        payment::show_step(world, call, payment, Step::Desktop)
    }),
    post("/payments/{payment}/authorize", "payments.end_on_desktop", |world, call, [payment, _]| {
        payment::choose(world, call, payment, Step::Desktop)
    }),
    get("/payments/{payment}/phone", "payments.wallet", |world, call, [payment, _]| {
        payment::show_step(world, call, payment, Step::Wallet)
    }),
    post("/payments/{payment}/phone", "payments.end_on_wallet", |world, call, [payment, _]| {
        payment::choose(world, call, payment, Step::Wallet)
    }),
    get("/payments/{payment}/summary", "payments.summary", |world, call, [payment, _]| {
        payment::show_step(world, call, payment, Step::Summary)
    }),
    post("/payments/{payment}/summary", "payments.end_on_summary", |world, call, [payment, _]| {
        payment::choose(world, call, payment, Step::Summary)
    }),
    get("/payments/{payment}/slip", "payments.slip", |world, call, [payment, _]| {
        payment::show_step(world, call, payment, Step::Slip)
    }),
    get("/payments/{payment}/status", "payments.status", |world, call, [payment, _]| {
        payment::status(world, call, payment)
    }),
    get("/payments/{payment}/qr.svg", "payments.code", |world, call, [payment, _]| {
        payment::code(world, call, payment)
    }),
    get("/sandbox.css", "pages.style", |_, _, _| headers::style()),
    get("/sandbox.js", "pages.script", |_, _, _| headers::script()),
    get("/overview.js", "pages.overview_script", |_, _, _| headers::overview_script()),
    get("/sandbox.svg", "pages.mark", |_, _, _| headers::icon()),
    get("/omise.js", "omise_js", |_, _, _| script::response()),
    get("/openapi.json", "openapi", |world, call, _| openapi::response(world, call)),
];

/// The answer, if the request needs no key.
pub(crate) fn respond(world: &mut World, call: &Call) -> Option<Response<Bytes>> {
    let (route, ids) = Route::find(FOR_ANYONE, call.method.as_str(), &call.path)?;
    Some((route.answer)(world, call, ids))
}
