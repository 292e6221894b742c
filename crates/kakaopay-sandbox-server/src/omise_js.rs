//! `/omise.js`: what a shop's page needs of Omise.js, from the sandbox itself.

use bytes::Bytes;
use http::Response;

use crate::pages::open_to_all;

/// A script of our own with the calls that the guide's example makes.
const SCRIPT: &str = include_str!("../templates/omise.js");

/// The script.
pub(crate) fn response() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(SCRIPT.as_bytes()));
    // Shops load it from another origin, some with `crossorigin`.
    open_to_all(&mut response, "text/javascript; charset=utf-8");
    response
}
