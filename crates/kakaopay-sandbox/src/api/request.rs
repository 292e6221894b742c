//! Requests to the API.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, Method, Request};
use kakaopay_types::{Param, Params, Timestamp};

use super::refusal::Refusal;
use crate::route;

/// A request to the API.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Path segments. A trailing slash adds none.
    pub(crate) path: Vec<String>,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Origin of the request, for links in the response.
    pub(crate) origin: String,
    pub(crate) now: Timestamp,
}

impl Call {
    /// Creates a call from a request at the time `now`.
    pub(crate) fn new(request: Request<Bytes>, now: Timestamp) -> Self {
        let (parts, body) = request.into_parts();
        let named = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let authority = parts.uri.authority().map(|authority| authority.as_str());
        let host = authority.or(named).unwrap_or("localhost");
        Self {
            method: parts.method,
            path: route::parts(parts.uri.path()).map(str::to_owned).collect(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            origin: format!("http://{host}"),
            headers: parts.headers,
            body,
            now,
        }
    }

    /// Parses the body's parameters by its content type: JSON, or a form otherwise.
    pub(crate) fn body_params(&self) -> Result<Params, Refusal> {
        let kind = self.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let params = if kind.eq_ignore_ascii_case("application/json") {
            Params::from_json(&self.body)
        } else {
            Params::from_form(&self.body)
        };
        params.map_err(|_| Refusal::bad_request("the request body could not be read"))
    }

    /// Parses the parameters of the query, and of the body of a `GET`, where some clients put them.
    pub(crate) fn query_params(&self) -> Result<Params, Refusal> {
        let query = Params::from_form(self.query.as_bytes())
            .map_err(|_| Refusal::bad_request("the query could not be read"))?;
        let body = self.body_params()?;
        Ok(body.iter().fold(query, |params, (name, value): (&str, &Param)| {
            if params.get(name).is_some() { params } else { params.with(name, value.clone()) }
        }))
    }
}
