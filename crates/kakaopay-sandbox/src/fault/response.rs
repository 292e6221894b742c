//! Responses with faults.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE, RETRY_AFTER};
use http::{HeaderValue, Request, Response, StatusCode, Uri};
use serde_json::{Value, json};

use super::Fault;
use crate::body::SandboxBody;
use crate::json;

/// Returns the response of a fault that prevents the call; `None` if the call is executed.
pub(crate) fn error_response(fault: &Fault, request_id: &str) -> Option<Response<Bytes>> {
    let mut response = match fault {
        Fault::TooManyRequests { retry_after } => {
            let mut response = error(StatusCode::TOO_MANY_REQUESTS, "too_many_requests");
            if let Some(value) = retry_after.as_deref().and_then(|text| HeaderValue::from_str(text).ok()) {
                response.headers_mut().insert(RETRY_AFTER, value);
            }
            response
        }
        Fault::Status(status) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            error(status, "internal_error")
        }
        Fault::Refuse(code) => error(StatusCode::BAD_REQUEST, code),
        Fault::Html => {
            let mut response =
                Response::new(Bytes::from_static(b"<html><body><h1>502 Bad Gateway</h1></body></html>"));
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
            response
        }
        _ => return None,
    };
    if let Ok(id) = HeaderValue::from_str(request_id) {
        response.headers_mut().insert("x-request-id", id);
    }
    Some(response)
}

/// Applies a fault to the response of an executed call.
pub(crate) fn apply(fault: &Fault, response: Response<Bytes>) -> Response<SandboxBody> {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let body = match fault {
        Fault::Empty => Bytes::new(),
        Fault::Truncated => body.slice(..body.len() / 2),
        Fault::UnknownField => changed(body, &mut |object| {
            object.insert("sandbox_unknown".to_owned(), json!({"since": [null, 1, "x"]}));
        }),
        Fault::Large(bytes) => enlarged(body, *bytes),
        Fault::UnknownStatus => changed(body, &mut |object| {
            if object.get("object").is_some_and(|kind| kind == "charge") {
                object.insert("status".to_owned(), json!("sandbox_unknown"));
            }
        }),
        Fault::ListCycle => changed(body, &mut |object| {
            if object.get("object").is_some_and(|kind| kind == "list") {
                object.insert("total".to_owned(), json!(1_000_000));
            }
        }),
        Fault::NoDate => {
            parts.headers.remove(DATE);
            body
        }
        Fault::SlowBody(pause) => return Response::from_parts(parts, SandboxBody::slow(body, *pause)),
        Fault::ResetMidBody => return Response::from_parts(parts, SandboxBody::cut(&body)),
        _ => body,
    };
    Response::from_parts(parts, body.into())
}

/// Removes `offset` from a list request.
pub(crate) fn first_page(mut request: Request<Bytes>) -> Request<Bytes> {
    let Some(query) = request.uri().query() else { return request };
    let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("offset=")).collect();
    let text = format!("{}?{}", request.uri().path(), kept.join("&"));
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = text.parse().ok();
    // Removing a parameter keeps a valid URI valid.
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}

fn error(status: StatusCode, code: &str) -> Response<Bytes> {
    let location = format!("https://www.omise.co/api-errors#{}", code.replace('_', "-"));
    let message = "a fault rule rejected the request";
    let body = json!({"object": "error", "location": location, "code": code, "message": message});
    let mut response = Response::new(json::print(&body).into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

/// Adds a member of this many bytes to each element of a list. Other bodies are unchanged.
fn enlarged(body: Bytes, bytes: usize) -> Bytes {
    let Ok(mut value) = serde_json::from_slice::<Value>(&body) else { return body };
    let Some(elements) = value.get_mut("data").and_then(Value::as_array_mut) else { return body };
    let filler = Value::from("x".repeat(bytes));
    for element in elements.iter_mut().filter_map(Value::as_object_mut) {
        element.insert("sandbox_filler".to_owned(), filler.clone());
    }
    json::print(&value).into()
}

/// Applies `change` to every API object in a JSON body. Other bodies are unchanged.
fn changed(body: Bytes, change: &mut impl FnMut(&mut serde_json::Map<String, Value>)) -> Bytes {
    let Ok(mut value) = serde_json::from_slice::<Value>(&body) else { return body };
    walk(&mut value, change);
    json::print(&value).into()
}

fn walk(value: &mut Value, change: &mut impl FnMut(&mut serde_json::Map<String, Value>)) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| walk(value, change)),
        Value::Object(object) => {
            object.values_mut().for_each(|value| walk(value, change));
            if object.contains_key("object") {
                change(object);
            }
        }
        _ => {}
    }
}
