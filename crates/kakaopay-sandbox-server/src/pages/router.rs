//! Routes of the pages and their files.

use bytes::Bytes;
use http::{Request, Response};
use kakaopay_sandbox::Sandbox;
use kakaopay_sandbox::route::{PathParams, Route, get, parts, post};

use super::request::PageRequest;
use super::view_state::Step;
use super::{headers, payment};

/// Responds to a request for a page.
type Handler = fn(&Sandbox, &PageRequest<'_>, PathParams<'_>) -> Response<Bytes>;

/// The pages and their files. They need no key.
pub(crate) const ROUTES: &[Route<Handler>] = &[
    get("/payments/{payment}/authorize", "payments.desktop", |sandbox, request, [payment, _]| {
        payment::show_step(sandbox, request, payment, Step::Desktop)
    }),
    post("/payments/{payment}/authorize", "payments.end_on_desktop", |sandbox, request, [payment, _]| {
        payment::choose(sandbox, request, payment, Step::Desktop)
    }),
    get("/payments/{payment}/phone", "payments.wallet", |sandbox, request, [payment, _]| {
        payment::show_step(sandbox, request, payment, Step::Wallet)
    }),
    post("/payments/{payment}/phone", "payments.end_on_wallet", |sandbox, request, [payment, _]| {
        payment::choose(sandbox, request, payment, Step::Wallet)
    }),
    get("/payments/{payment}/summary", "payments.summary", |sandbox, request, [payment, _]| {
        payment::show_step(sandbox, request, payment, Step::Summary)
    }),
    post("/payments/{payment}/summary", "payments.end_on_summary", |sandbox, request, [payment, _]| {
        payment::choose(sandbox, request, payment, Step::Summary)
    }),
    get("/payments/{payment}/slip", "payments.slip", |sandbox, request, [payment, _]| {
        payment::show_step(sandbox, request, payment, Step::Slip)
    }),
    get("/payments/{payment}/status", "payments.status", |sandbox, request, [payment, _]| {
        payment::status(sandbox, request, payment)
    }),
    get("/payments/{payment}/qr.svg", "payments.code", |sandbox, request, [payment, _]| {
        payment::code(sandbox, request, payment)
    }),
    get("/sandbox.css", "pages.style", |_, _, _| headers::style()),
    get("/sandbox.js", "pages.script", |_, _, _| headers::script()),
    get("/overview.js", "pages.overview_script", |_, _, _| headers::overview_script()),
    get("/sandbox.svg", "pages.mark", |_, _, _| headers::icon()),
];

/// Responds to a request for a page; `None` for other requests.
pub(crate) fn respond(sandbox: &Sandbox, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let path: Vec<&str> = parts(request.uri().path()).collect();
    let (route, params) = Route::find(ROUTES, request.method().as_str(), &path)?;
    Some((route.handler)(sandbox, &PageRequest::of(request), params))
}
