//! Routes of the dashboard.

use askama::Template;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use kakaopay_sandbox::Sandbox;
use kakaopay_types::{EventId, Key, Param, Params};

use super::live::{CHARGES, Live};
use super::log::Dashboard;
use crate::local_only::{is_local, may_control};
use crate::pages::{self, Moment};

/// Responds to a request for the dashboard; `None` for other requests.
pub(crate) fn respond(
    sandbox: &Sandbox,
    dashboard: &Dashboard,
    request: &Request<Bytes>,
) -> Option<Response<Bytes>> {
    // A request with a key is an API request, even without a path.
    if request.uri().path() != "/" || request.headers().contains_key(AUTHORIZATION) {
        return None;
    }
    let (headers, uri, peer) = (request.headers(), request.uri(), request.extensions().get().copied());
    match *request.method() {
        Method::GET if is_local(headers, uri, peer) => Some(show(sandbox, dashboard, request)),
        Method::POST if may_control(headers, uri, peer) => Some(resend(sandbox, request.body())),
        Method::GET | Method::POST => Some(pages::plain(StatusCode::FORBIDDEN, ELSEWHERE)),
        _ => None,
    }
}

const ELSEWHERE: &str = "The overview shows keys, and so it is shown on the sandbox's own machine only, by an \
                         address such as http://127.0.0.1.";

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview<'a> {
    url: String,
    public_key: &'a str,
    secret_key: &'a str,
    webhook_secret: &'a str,
    webhook_url: Option<String>,
    webhooks: &'static str,
    version: &'static str,
    frozen: bool,
    faults: usize,
    live: String,
}

fn show(sandbox: &Sandbox, dashboard: &Dashboard, request: &Request<Bytes>) -> Response<Bytes> {
    let calls = dashboard.exchanges(sandbox).into_iter();
    let calls: Vec<_> = calls.map(|call| (call.subject(), call)).collect();
    let live = Live::of(sandbox.activity(CHARGES), calls, Moment(sandbox.clock().now()));
    // Templates only write to memory, which cannot fail.
    let live = live.render().unwrap_or_default();
    if request.uri().query() == Some("part=live") {
        return pages::page(StatusCode::OK, live);
    }
    let host = request.headers().get(http::header::HOST).and_then(|host| host.to_str().ok());
    let webhook_url = sandbox.webhook_url();
    let goes = webhook_url.as_ref().is_none_or(|url| sandbox.admits_webhook_url(url));
    let html = Overview {
        url: format!("http://{}", host.unwrap_or("localhost")),
        public_key: sandbox.public_key().expose(),
        secret_key: sandbox.secret_key().expose(),
        webhook_secret: &sandbox.webhook_secret().expose_base64(),
        webhook_url: webhook_url.as_ref().map(ToString::to_string),
        webhooks: match sandbox.webhooks() {
            false => "lost",
            true if !goes => "lost, as the host is not allowed: give --allow-webhook-host",
            true => sandbox.webhook_plan().summary(),
        },
        version: sandbox.api_version().as_str(),
        frozen: sandbox.clock().is_frozen(),
        faults: sandbox.fault_count(),
        live,
    };
    pages::page(StatusCode::OK, html.render().unwrap_or_default())
}

/// Posts the event of the form again, and redirects to the dashboard.
fn resend(sandbox: &Sandbox, form: &Bytes) -> Response<Bytes> {
    let form = Params::from_form(form).unwrap_or_default();
    let known = match form.get("resend") {
        Some(Param::Text(id)) => EventId::parse(id).is_ok_and(|id| sandbox.resend(&id)),
        _ => false,
    };
    if !known {
        return pages::plain(StatusCode::NOT_FOUND, "No event has this id.");
    }
    pages::see_other(HeaderValue::from_static("/"))
}
