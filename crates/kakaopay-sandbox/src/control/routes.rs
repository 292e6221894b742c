//! Which call of `/_sandbox` a request is, and its answer.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Request, Response, StatusCode};
use kakaopay_types::{EventId, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::guard::may_control;
use crate::fault::Rule;
use crate::rate::ClockRate;
use crate::sandbox::Sandbox;
use crate::snapshot::Snapshot;

/// The answer, if the request is for `/_sandbox`.
pub(crate) fn respond(sandbox: &Sandbox, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let mut parts = request.uri().path().split('/').filter(|part| !part.is_empty());
    if parts.next()? != "_sandbox" {
        return None;
    }
    let path: Vec<&str> = parts.collect();
    if !may_control(request.headers(), request.uri(), request.extensions().get().copied()) {
        return Some(refused(
            StatusCode::FORBIDDEN,
            "only this machine may do this, and no page of another site",
        ));
    }
    let body = request.body();
    let done = match (request.method().as_str(), path.as_slice()) {
        ("GET", ["clock"]) => Ok(told(sandbox)),
        ("POST", ["clock"]) => read(body).and_then(|ask| set_clock(sandbox, &ask)),
        ("GET", ["faults"]) => Ok(json!({"rules": sandbox.faults()})),
        ("POST", ["faults"]) => set_faults(sandbox, body),
        ("DELETE", ["faults"]) => {
            sandbox.set_faults(Vec::new());
            Ok(json!({"rules": 0}))
        }
        ("POST", ["webhooks"]) => set_webhooks(sandbox, body),
        ("POST", ["reset"]) => {
            sandbox.reset();
            Ok(json!({}))
        }
        ("GET", ["snapshot"]) => {
            return Some(answer(StatusCode::OK, Bytes::from(sandbox.snapshot().as_bytes().to_vec())));
        }
        ("POST", ["restore"]) => {
            let restored = sandbox.restore(&Snapshot::from_bytes(body.to_vec()));
            restored.map(|()| json!({})).map_err(|error| error.to_string())
        }
        ("POST", ["events", id, "resend"]) => {
            let known = EventId::parse(id).is_ok_and(|id| sandbox.resend(&id));
            if !known {
                return Some(refused(StatusCode::NOT_FOUND, "there is no such event"));
            }
            Ok(json!({}))
        }
        _ => return Some(refused(StatusCode::NOT_FOUND, "there is no such call")),
    };
    Some(match done {
        Ok(value) => answer(StatusCode::OK, value.to_string().into()),
        Err(problem) => refused(StatusCode::BAD_REQUEST, &problem),
    })
}

/// What is asked of the clock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockCall {
    set: Option<Timestamp>,
    advance: Option<i64>,
    #[serde(default)]
    freeze: bool,
    #[serde(default)]
    run: bool,
    rate: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultsCall {
    rules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhooksCall {
    plan: String,
}

fn set_webhooks(sandbox: &Sandbox, body: &[u8]) -> Result<Value, String> {
    let WebhooksCall { plan } = read(body)?;
    sandbox.set_webhook_plan(plan.parse().map_err(|error| format!("plan: {error}"))?);
    Ok(json!({"plan": plan}))
}

fn set_clock(sandbox: &Sandbox, call: &ClockCall) -> Result<Value, String> {
    let rate = call.rate.map(ClockRate::new).transpose().map_err(|error| format!("rate: {error}"))?;
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
    if let Some(rate) = rate {
        clock.run_at(rate);
    }
    // What expired may have brought about events to post, and what was delayed may be due.
    sandbox.bell().notify_one();
    Ok(told(sandbox))
}

fn told(sandbox: &Sandbox) -> Value {
    let clock = sandbox.clock();
    json!({"now": clock.now(), "frozen": clock.is_frozen(), "rate": clock.rate().map_or(0, ClockRate::seconds)})
}

fn set_faults(sandbox: &Sandbox, body: &[u8]) -> Result<Value, String> {
    let FaultsCall { rules } = read(body)?;
    let mut parsed = Vec::new();
    for (place, text) in rules.iter().enumerate() {
        let rule: Rule = text.parse().map_err(|error| format!("rules[{place}]: {error}"))?;
        parsed.push(rule);
    }
    let count = parsed.len();
    sandbox.set_faults(parsed);
    Ok(json!({"rules": count}))
}

/// The body as JSON. An unknown member is named.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn refused(status: StatusCode, problem: &str) -> Response<Bytes> {
    answer(status, json!({"error": problem}).to_string().into())
}

fn answer(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
