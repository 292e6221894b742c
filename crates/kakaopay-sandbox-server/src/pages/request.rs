//! A request for a page.

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, Request};

/// A request for a page.
#[derive(Debug)]
pub(crate) struct PageRequest<'r> {
    pub(super) query: &'r str,
    pub(super) headers: &'r HeaderMap,
    pub(super) body: &'r Bytes,
    /// Origin of the request.
    pub(super) origin: String,
}

impl<'r> PageRequest<'r> {
    pub(crate) fn of(request: &'r Request<Bytes>) -> Self {
        let named = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let host = request.uri().authority().map(|authority| authority.as_str()).or(named);
        Self {
            query: request.uri().query().unwrap_or_default(),
            headers: request.headers(),
            body: request.body(),
            origin: format!("http://{}", host.unwrap_or("localhost")),
        }
    }
}
