//! Routing and handlers of `/_sandbox`.

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Request, Response, StatusCode};
use kakaopay_sandbox::route::{PathParams, Route, delete, get, parts, post};
use kakaopay_sandbox::{ClockSpeed, FaultRule, Sandbox, Snapshot};
use kakaopay_types::{EventId, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::local_only::may_control;

/// Executes a call and returns JSON.
type Handler = fn(&Sandbox, &[u8], PathParams<'_>) -> Result<Bytes, Rejection>;

/// The reason why a call was rejected.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// The request is invalid.
    Invalid(String),
    /// The object does not exist.
    NotFound(&'static str),
}

/// The routes of `/_sandbox`.
pub(crate) const ROUTES: &[Route<Handler>] = &[
    get("/_sandbox/clock", "sandbox.clock", |sandbox, _, _| Ok(clock_now(sandbox))),
    post("/_sandbox/clock", "sandbox.set_clock", |sandbox, body, _| set_clock(sandbox, &read(body)?)),
    get("/_sandbox/faults", "sandbox.faults", |sandbox, _, _| {
        Ok(json(json!({"rules": sandbox.fault_count()})))
    }),
    post("/_sandbox/faults", "sandbox.set_faults", |sandbox, body, _| set_faults(sandbox, body)),
    delete("/_sandbox/faults", "sandbox.clear_faults", |sandbox, _, _| {
        sandbox.set_faults(Vec::new());
        Ok(json(json!({"rules": 0})))
    }),
    post("/_sandbox/webhooks", "sandbox.set_webhook_schedule", |sandbox, body, _| {
        set_webhook_schedule(sandbox, body)
    }),
    post("/_sandbox/reset", "sandbox.reset", |sandbox, _, _| {
        sandbox.reset();
        Ok(json(json!({})))
    }),
    get("/_sandbox/snapshot", "sandbox.snapshot", |sandbox, _, _| {
        Ok(Bytes::from(sandbox.snapshot().as_bytes().to_vec()))
    }),
    post("/_sandbox/restore", "sandbox.restore", |sandbox, body, _| {
        let restored = sandbox.restore(&Snapshot::from_bytes(body.to_vec()));
        restored.map(|()| json(json!({}))).map_err(|error| Rejection::Invalid(error.to_string()))
    }),
    post("/_sandbox/events/{event}/resend", "sandbox.resend", |sandbox, _, [event, _]| {
        let known = EventId::parse(event).is_ok_and(|event| sandbox.resend(&event));
        known.then(|| json(json!({}))).ok_or(Rejection::NotFound("no event has this id"))
    }),
];

/// Responds to a request for `/_sandbox`; `None` for other paths.
pub(crate) fn respond(sandbox: &Sandbox, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let path: Vec<&str> = parts(request.uri().path()).collect();
    if path.first() != Some(&"_sandbox") {
        return None;
    }
    if !may_control(request.headers(), request.uri(), request.extensions().get().copied()) {
        return Some(rejected(
            StatusCode::FORBIDDEN,
            "only this machine may control the sandbox, and no page of another site",
        ));
    }
    let Some((route, ids)) = Route::find(ROUTES, request.method().as_str(), &path) else {
        return Some(no_route(&Route::methods(ROUTES, &path)));
    };
    Some(match (route.handler)(sandbox, request.body(), ids) {
        Ok(body) => json_response(StatusCode::OK, body),
        Err(Rejection::Invalid(problem)) => rejected(StatusCode::BAD_REQUEST, &problem),
        Err(Rejection::NotFound(problem)) => rejected(StatusCode::NOT_FOUND, problem),
    })
}

/// Responds with 404, or with 405 if the path has other methods.
fn no_route(methods: &[&str]) -> Response<Bytes> {
    if methods.is_empty() {
        return rejected(StatusCode::NOT_FOUND, "no such call");
    }
    let mut response = rejected(StatusCode::METHOD_NOT_ALLOWED, "this call does not support the method");
    if let Ok(methods) = HeaderValue::from_str(&methods.join(", ")) {
        response.headers_mut().insert(ALLOW, methods);
    }
    response
}

/// Body of `POST /_sandbox/clock`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockCall {
    set: Option<Timestamp>,
    advance: Option<i64>,
    #[serde(default)]
    freeze: bool,
    #[serde(default)]
    run: bool,
    speed: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultsCall {
    rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookScheduleCall {
    schedule: String,
}

fn set_webhook_schedule(sandbox: &Sandbox, body: &[u8]) -> Result<Bytes, Rejection> {
    let WebhookScheduleCall { schedule } = read(body)?;
    let parsed = schedule.parse().map_err(|error| Rejection::Invalid(format!("schedule: {error}")))?;
    sandbox.set_webhook_schedule(parsed);
    Ok(json(json!({"schedule": schedule})))
}

fn set_clock(sandbox: &Sandbox, call: &ClockCall) -> Result<Bytes, Rejection> {
    let speed = call
        .speed
        .map(ClockSpeed::new)
        .transpose()
        .map_err(|error| Rejection::Invalid(format!("speed: {error}")))?;
    let clock = sandbox.clock();
    if let Some(at) = call.set {
        clock.set(at);
    }
    if let Some(seconds) = call.advance {
        clock.advance_seconds(seconds);
    }
    if call.freeze {
        clock.freeze();
    }
    if call.run {
        clock.run();
    }
    if let Some(speed) = speed {
        clock.set_speed(speed);
    }
    Ok(clock_now(sandbox))
}

fn clock_now(sandbox: &Sandbox) -> Bytes {
    let clock = sandbox.clock();
    let speed = clock.speed().map_or(0, ClockSpeed::seconds);
    json(json!({"now": clock.now(), "frozen": clock.is_frozen(), "speed": speed}))
}

fn set_faults(sandbox: &Sandbox, body: &[u8]) -> Result<Bytes, Rejection> {
    let FaultsCall { rules } = read(body)?;
    let mut parsed = Vec::new();
    for (place, text) in rules.iter().enumerate() {
        let rule: FaultRule =
            text.parse().map_err(|error| Rejection::Invalid(format!("rules[{place}]: {error}")))?;
        parsed.push(rule);
    }
    let count = parsed.len();
    sandbox.set_faults(parsed);
    Ok(json(json!({"rules": count})))
}

/// Parses a JSON body. The error names an unknown member.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Rejection> {
    serde_json::from_slice(body).map_err(|error| Rejection::Invalid(error.to_string()))
}

fn json(value: Value) -> Bytes {
    value.to_string().into()
}

fn rejected(status: StatusCode, problem: &str) -> Response<Bytes> {
    json_response(status, json(json!({"error": problem})))
}

fn json_response(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
