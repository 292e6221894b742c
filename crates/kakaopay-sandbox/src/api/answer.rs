//! An answer of the API.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use serde::Serialize;

use super::refusal::Refusal;
use crate::json;

/// The version of the API that answers when none is asked for.
const VERSION: &str = "2019-05-29";
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// An object of the API, or its no.
#[derive(Debug)]
pub(crate) struct Answer(Result<Vec<u8>, Refusal>);

impl Answer {
    /// A no.
    pub(crate) fn refusal(refusal: Refusal) -> Self {
        Self(Err(refusal))
    }

    /// The answer to a body that is larger than is read.
    pub(crate) fn too_large() -> Self {
        Self(Err(Refusal::too_large()))
    }

    /// The response, with the headers of the service. As recorded, only a good one tells the
    /// version; it is the one that was asked for.
    pub(crate) fn into_response(self, request_id: &str, version: Option<HeaderValue>) -> Response<Bytes> {
        let (status, body) = match self.0 {
            Ok(body) => (StatusCode::OK, body),
            Err(refusal) => (refusal.status, json::print(&refusal.error)),
        };
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
        if status.is_success() {
            headers.insert("omise-version", version.unwrap_or(HeaderValue::from_static(VERSION)));
        }
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert("x-request-id", id);
        }
        response
    }
}

impl<T: Serialize> From<Result<T, Refusal>> for Answer {
    fn from(result: Result<T, Refusal>) -> Self {
        Self(result.map(|object| json::print(&object)))
    }
}
