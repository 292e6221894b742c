//! Decodes responses.

use http::HeaderMap;
use http::header::{CONTENT_TYPE, DATE};
use kakaopay_types::{ApiError, Decode, Timestamp, decode};

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

/// The service's time of the response, or `None` if the header is missing, is there more than once, or is not a
/// date of HTTP.
pub(crate) fn served_at(headers: &HeaderMap) -> Option<Timestamp> {
    let mut dates = headers.get_all(DATE).iter();
    let (Some(date), None) = (dates.next(), dates.next()) else { return None };
    let date = httpdate::parse_http_date(date.to_str().ok()?).ok()?;
    let seconds = date.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs();
    Timestamp::from_unix_seconds(seconds.try_into().ok()?).ok()
}

/// The service's id of the request, or `None` if the header is missing, not ASCII or too long.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    (id.len() <= MAX_REQUEST_ID).then_some(id)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn f47_the_service_tells_its_time_once_and_as_a_date_of_http() {
        let at = Timestamp::parse("2023-06-15T02:25:15Z").expect("an instant");
        let http = "Thu, 15 Jun 2023 02:25:15 GMT";
        for (dates, expected) in [
            (vec![http], Some(at)),
            (vec!["Thursday, 15-Jun-23 02:25:15 GMT"], Some(at)),
            (vec!["Thu, 01 Jan 1970 00:00:00 GMT"], Some(Timestamp::UNIX_EPOCH)),
            (vec![], None),
            (vec![http, http], None),
            (vec![""], None),
            (vec!["2023-06-15T02:25:15Z"], None),
            (vec!["Thu, 99 Jun 2023 02:25:15 GMT"], None),
            (vec!["Thu, 15 Jun 2023 02:25:15 +0800"], None),
        ] {
            let mut headers = HeaderMap::new();
            for date in &dates {
                headers.append(DATE, HeaderValue::from_static(date));
            }
            assert_eq!(served_at(&headers), expected, "{dates:?}");
        }
    }
}
