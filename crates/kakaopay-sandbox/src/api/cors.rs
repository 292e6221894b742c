//! Calls from pages of other origins.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::{HeaderValue, Method, Response, StatusCode};

use super::request::Call;

/// What a buyer's browser may call: what the public key may, and what needs none. The secret key has no business in a page, and
/// a page that has it is stopped here rather than in the shop.
fn is_public(call: &Call) -> bool {
    matches!(call.path.first().map(String::as_str), Some("sources" | "capability" | "openapi.json"))
}

/// The answer to a browser that asks whether it may call at all.
pub(super) fn preflight(call: &Call) -> Option<Response<Bytes>> {
    let asks = call.method == Method::OPTIONS && call.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if !asks || !is_public(call) {
        return None;
    }
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    let named = HeaderValue::from_static("authorization, content-type, omise-version");
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, named);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    allow(call, &mut response);
    Some(response)
}

/// Lets a page read an answer. Any page may: it is the key that decides, and no cookie is involved.
pub(super) fn allow(call: &Call, response: &mut Response<Bytes>) {
    if call.headers.contains_key(ORIGIN) && is_public(call) {
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        let told = HeaderValue::from_static("omise-version, x-request-id");
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, told);
    }
}
