//! What an answer means.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use kakaopay_types::{ApiError, Decode, decode};

use crate::body::Response;
use crate::error::{Error, ErrorKind};

/// Longest request id that is kept. Recorded ones are UUIDs.
const MAX_REQUEST_ID: usize = 128;

/// The object an answer carries.
///
/// An error object is an error whatever the status says: official clients go by the one or the
/// other, so both are looked at. With a good status the object asked for is tried first, because
/// that is the usual case and no object of `kakaopay-types` reads one with another `object` member.
pub(crate) fn read<T: Decode>(response: &Response) -> Result<T, Error> {
    let status = response.status();
    let error = |kind| Error::answered(kind, status, request_id(response.headers()));
    if !status.is_success() {
        return Err(match decode::from_slice::<ApiError>(response.body()) {
            Ok(api) => error(ErrorKind::Api).from_api_error(api),
            Err(_) => error(ErrorKind::HttpStatus),
        });
    }
    decode::from_slice(response.body()).map_err(|unreadable| {
        match decode::from_slice::<ApiError>(response.body()) {
            Ok(api) => error(ErrorKind::Api).from_api_error(api),
            Err(_) if response.body().is_empty() => error(ErrorKind::EmptyBody),
            Err(_) if is_no_json(response.headers()) => error(ErrorKind::ContentType),
            Err(_) => error(ErrorKind::Decode).from_decode_error(unreadable),
        }
    })
}

/// Whether an answer is said to be something else than JSON. Whoever says nothing has not said that.
fn is_no_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| {
        let essence = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        let essence = essence.trim_ascii().to_ascii_lowercase();
        !essence.is_empty() && !essence.ends_with(b"/json") && !essence.ends_with(b"+json")
    })
}

/// The service's name for the request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    (id.len() <= MAX_REQUEST_ID).then_some(id)
}
