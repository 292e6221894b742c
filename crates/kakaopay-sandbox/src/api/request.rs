//! A request, as far as the API looks at it.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, Method, Request};
use kakaopay_types::{Param, Params, Timestamp};

use super::refusal::Refusal;
use crate::route;

/// A request, as far as the API looks at it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The parts of the path between its slashes; a slash at the end makes no part.
    pub(crate) path: Vec<String>,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The origin the request was sent to, for the links in the answer.
    pub(crate) origin: String,
    pub(crate) now: Timestamp,
}

impl Call {
    /// A request at a moment.
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

    /// The parameters in the body, by its content type: JSON, or else a form.
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

    /// The parameters in the query, and those in the body of a `GET`, as some clients send them.
    pub(crate) fn query_params(&self) -> Result<Params, Refusal> {
        let query = Params::from_form(self.query.as_bytes())
            .map_err(|_| Refusal::bad_request("the query could not be read"))?;
        let body = self.body_params()?;
        Ok(body.iter().fold(query, |params, (name, value): (&str, &Param)| {
            if params.get(name).is_some() { params } else { params.with(name, value.clone()) }
        }))
    }
}
