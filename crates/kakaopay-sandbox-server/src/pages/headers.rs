//! Headers of all pages.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderValue, Response, StatusCode};

/// Content security policy: no frames, no external resources, no inline scripts or styles. Forms may redirect to the
/// merchant's `return_uri`, which has HTTPS or is on this machine.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; \
                      connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      form-action 'self' https: http://127.0.0.1:* http://localhost:*";

/// Creates a page.
pub(crate) fn page(status: StatusCode, html: String) -> Response<Bytes> {
    response(status, "text/html; charset=utf-8", html.into())
}

/// Creates a redirect to another page.
pub(crate) fn see_other(location: HeaderValue) -> Response<Bytes> {
    let mut response = page(StatusCode::SEE_OTHER, String::new());
    response.headers_mut().insert(LOCATION, location);
    response
}

/// The stylesheet of the pages.
pub(super) fn style() -> Response<Bytes> {
    let css = include_str!("../../templates/sandbox.css");
    response(StatusCode::OK, "text/css; charset=utf-8", css.into())
}

/// The script of the dashboard.
pub(super) fn overview_script() -> Response<Bytes> {
    let script = include_str!("../../templates/overview.js");
    response(StatusCode::OK, "text/javascript; charset=utf-8", script.into())
}

/// The icon of the pages.
pub(super) fn icon() -> Response<Bytes> {
    let svg = include_str!("../../templates/sandbox.svg");
    response(StatusCode::OK, "image/svg+xml", svg.into())
}

/// The script of the desktop page.
pub(super) fn script() -> Response<Bytes> {
    let script = include_str!("../../templates/sandbox.js");
    response(StatusCode::OK, "text/javascript; charset=utf-8", script.into())
}

/// Allows pages of any origin to read a response.
pub(crate) fn open_to_all(response: &mut Response<Bytes>, kind: &'static str) {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

/// Creates a response with the headers of all pages.
pub(super) fn response(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Without a referrer, a form's `Origin` is `null`, and browsers that use a name other than loopback send nothing
    // else about its origin. Other sites receive no referrer.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
