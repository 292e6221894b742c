//! Decodes responses.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use kakaopay_types::{ApiError, Decode, decode};

use crate::body::HttpResponse;
use crate::error::{Error, ErrorKind};

/// Maximum length of a request id in bytes. Recorded ones are UUIDs.
const MAX_REQUEST_ID: usize = 128;

/// Decodes the object of a response.
///
/// An error object is an error with any status: of the official clients some go by the status and some by
/// the object, so both are checked. With a success status the expected type is tried first, because that is
/// the usual case and no type of `kakaopay-types` accepts another `object` member.
pub(crate) fn decode_response<T: Decode>(response: &HttpResponse) -> Result<T, Error> {
    let status = response.status();
    let error = |kind| Error::answered(kind, status, request_id(response.headers()));
    if !status.is_success() {
        return Err(match decode::from_slice::<ApiError>(response.body()) {
            Ok(api) => error(ErrorKind::Api).with_api_error(api),
            Err(_) => error(ErrorKind::HttpStatus),
        });
    }
    decode::from_slice(response.body()).map_err(|unreadable| {
        match decode::from_slice::<ApiError>(response.body()) {
            Ok(api) => error(ErrorKind::Api).with_api_error(api),
            Err(_) if response.body().is_empty() => error(ErrorKind::EmptyBody),
            Err(_) if is_not_json(response.headers()) => error(ErrorKind::ContentType),
            Err(_) => error(ErrorKind::Decode).with_decode_error(unreadable),
        }
    })
}

/// Whether `Content-Type` names another type than JSON. A missing header does not.
fn is_not_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| {
        let essence = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        let essence = essence.trim_ascii().to_ascii_lowercase();
        !essence.is_empty() && !essence.ends_with(b"/json") && !essence.ends_with(b"+json")
    })
}

/// The service's id of the request, or `None` if the header is missing, not ASCII or too long.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    (id.len() <= MAX_REQUEST_ID).then_some(id)
}
