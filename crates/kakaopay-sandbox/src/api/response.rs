//! Responses of the API.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};

use super::refusal::Refusal;
use super::version::HEADER;
use crate::json;
use crate::object::Shape;
use crate::version::ApiVersion;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A response: an object of the API, or a refusal.
#[derive(Debug)]
pub(crate) struct ApiResponse(Result<(Vec<u8>, ApiVersion), Refusal>);

impl ApiResponse {
    /// Creates a response with an object in the shape of a version, or with a refusal.
    pub(crate) fn of<T: Shape>(result: Result<T, Refusal>, version: ApiVersion) -> Self {
        Self(result.map(|object| (object.print(version), version)))
    }

    /// Creates a response with a refusal.
    pub(crate) fn refusal(refusal: Refusal) -> Self {
        Self(Err(refusal))
    }

    /// Builds the HTTP response with the service's headers. As recorded, only successes have `Omise-Version`.
    pub(crate) fn into_response(self, request_id: &str) -> Response<Bytes> {
        let (status, body, version) = match self.0 {
            Ok((body, version)) => (StatusCode::OK, body, Some(version)),
            Err(refusal) => (refusal.status, json::print(&refusal.error), None),
        };
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
        if let Some(version) = version {
            headers.insert(HEADER, HeaderValue::from_static(version.as_str()));
        }
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("x-request-id", id);
        }
        response
    }
}
