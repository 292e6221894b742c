//! `/omise.js`: the part of Omise.js that shop pages need, served by the sandbox.

use bytes::Bytes;
use http::Response;

use crate::pages::open_to_all;

/// Independent script with the functions that the guide's example calls.
const SCRIPT: &str = include_str!("../templates/omise.js");

/// Returns the script.
pub(crate) fn response() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(SCRIPT.as_bytes()));
    // Shops load it from another origin, some with `crossorigin`.
    open_to_all(&mut response, "text/javascript; charset=utf-8");
    response
}
