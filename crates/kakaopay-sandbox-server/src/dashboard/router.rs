//! Routes of the dashboard.

use askama::Template;
use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use kakaopay_sandbox::Sandbox;
use kakaopay_types::{EventId, Key, Param, Params};

use super::live::{CHARGES, Live};
use super::log::Dashboard;
use super::plain::plain;
use super::words::DashboardWords;
use crate::local_only::{is_local, may_control};
use crate::pages::{self, Language, Moment, PageRequest, Words};
use crate::phrase::{Phrase, Piece};

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
    let language = Language::of(&PageRequest::of(request));
    match *request.method() {
        Method::GET if is_local(headers, uri, peer) => Some(show(sandbox, dashboard, request, language)),
        Method::POST if may_control(headers, uri, peer) => Some(resend(sandbox, request.body(), language)),
        Method::GET | Method::POST => Some(plain(StatusCode::FORBIDDEN, language, |words| words.elsewhere)),
        _ => None,
    }
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview<'a> {
    language: Language,
    languages: [Language; 3],
    words: &'static Words,
    labels: &'static DashboardWords,
    about: Phrase,
    public_key: &'a str,
    secret_key: &'a str,
    webhook_secret: &'a str,
    webhooks: Phrase,
    version: &'static str,
    frozen: bool,
    faults: usize,
    live: String,
}

fn show(
    sandbox: &Sandbox,
    dashboard: &Dashboard,
    request: &Request<Bytes>,
    language: Language,
) -> Response<Bytes> {
    let calls = dashboard.exchanges(sandbox).into_iter();
    let calls: Vec<_> = calls.map(|call| (call.subject(), call)).collect();
    let live = Live::of(sandbox.activity(CHARGES), calls, Moment(sandbox.clock().now()), language);
    // Templates only write to memory, which cannot fail.
    let live = live.render().unwrap_or_default();
    if wants_live_part(request) {
        return pages::page(StatusCode::OK, live);
    }
    let labels = DashboardWords::of(language);
    let html = Overview {
        language,
        languages: Language::ALL,
        words: language.words(),
        labels,
        about: about(labels, request),
        public_key: sandbox.public_key().expose(),
        secret_key: sandbox.secret_key().expose(),
        webhook_secret: &sandbox.webhook_secret().expose_base64(),
        webhooks: webhooks(labels, sandbox),
        version: sandbox.api_version().as_str(),
        frozen: sandbox.clock().is_frozen(),
        faults: sandbox.fault_count(),
        live,
    };
    pages::page(StatusCode::OK, html.render().unwrap_or_default())
}

/// Returns whether the page's script requests the live part alone.
fn wants_live_part(request: &Request<Bytes>) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let query = Params::from_form(query.as_bytes()).unwrap_or_default();
    matches!(query.get("part"), Some(Param::Text(part)) if part == "live")
}

fn about(labels: &DashboardWords, request: &Request<Bytes>) -> Phrase {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let url = format!("http://{}", host.unwrap_or("localhost"));
    let script = format!("{url}/omise.js");
    Phrase::new(labels.about, &[("url", Piece::Code(url)), ("script", Piece::Code(script))])
}

fn webhooks(labels: &DashboardWords, sandbox: &Sandbox) -> Phrase {
    let Some(url) = sandbox.webhook_url() else { return Phrase::new(labels.not_sent, &[]) };
    let schedule = sandbox.webhook_schedule();
    let schedule = if schedule.is_lost() || sandbox.admits_webhook_url(&url) {
        labels.schedule(schedule)
    } else {
        labels.host_not_allowed
    };
    let values = [("to", Piece::Code(url.to_string())), ("schedule", Piece::Text(schedule.to_owned()))];
    Phrase::new(labels.sent_to, &values)
}

/// Posts the event of the form again, and redirects to the dashboard.
fn resend(sandbox: &Sandbox, form: &Bytes, language: Language) -> Response<Bytes> {
    let form = Params::from_form(form).unwrap_or_default();
    let known = match form.get("resend") {
        Some(Param::Text(id)) => EventId::parse(id).is_ok_and(|id| sandbox.resend(&id)),
        _ => false,
    };
    if !known {
        return plain(StatusCode::NOT_FOUND, language, |words| words.no_event);
    }
    pages::see_other(HeaderValue::from_static(match language {
        Language::English => "/?lang=en",
        Language::Thai => "/?lang=th",
        Language::Korean => "/?lang=ko",
    }))
}
