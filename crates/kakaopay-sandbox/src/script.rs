//! `/omise.js`: what a shop's page needs of Omise.js, from the sandbox itself.

use bytes::Bytes;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response};

/// A script of our own with the calls that the guide's example makes.
const SCRIPT: &str = include_str!("../templates/omise.js");

/// The script.
pub(crate) fn response() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(SCRIPT.as_bytes()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Shops load it from another origin, some with `crossorigin`.
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
