//! Cross-origin calls of web pages.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::{HeaderValue, Method, Response, StatusCode};

use super::request::Call;

/// Returns whether browsers may make a call: calls with the public key, and calls without a key. A page that uses
/// the secret key fails here, and not only in production.
fn is_public(call: &Call) -> bool {
    matches!(call.path.first().map(String::as_str), Some("sources" | "capability" | "openapi.json"))
}

/// Returns the response to a CORS preflight request.
pub(super) fn preflight(call: &Call) -> Option<Response<Bytes>> {
    let is_preflight =
        call.method == Method::OPTIONS && call.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if !is_preflight || !is_public(call) {
        return None;
    }
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    let allowed = HeaderValue::from_static("authorization, content-type, omise-version");
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    allow(call, &mut response);
    Some(response)
}

/// Adds CORS headers to a response. Any origin is allowed: the key authorizes, and no cookie is used.
pub(super) fn allow(call: &Call, response: &mut Response<Bytes>) {
    if call.headers.contains_key(ORIGIN) && is_public(call) {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        let exposed = HeaderValue::from_static("omise-version, x-request-id");
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}
