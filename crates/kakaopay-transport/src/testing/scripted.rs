//! A service with scripted responses.

use std::collections::VecDeque;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tower_service::Service;

use crate::body::{HttpRequest, RequestBody};
use crate::error::BoxError;

type ScriptedResult = Result<http::Response<RequestBody>, BoxError>;

/// Returns scripted responses in order. Clones share the script.
///
/// # Panics
/// On a request after the last response, which fails the test. An error instead could pass for a failed
/// connection, which the code under test may tolerate.
#[derive(Debug, Clone, Default)]
pub struct Scripted(Arc<Mutex<VecDeque<ScriptedResult>>>);

impl Scripted {
    /// Creates an empty script.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a response with a status and a JSON body.
    #[must_use]
    pub fn json(self, status: u16, body: impl Into<Bytes>) -> Self {
        let response = http::Response::builder()
            .status(status)
            .header("content-type", "application/json; charset=utf-8")
            .header("x-request-id", "7e57ab1e-0b00-4c0d-9e5a-0123456789ab")
            .body(RequestBody::new(body));
        self.then(response.map_err(BoxError::from))
    }

    /// Appends a response or an error.
    #[must_use]
    pub fn then(self, result: ScriptedResult) -> Self {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(result);
        self
    }

    /// Whether every response was returned.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl Service<HttpRequest> for Scripted {
    type Response = http::Response<RequestBody>;
    type Error = BoxError;
    type Future = Ready<ScriptedResult>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let next = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match next {
            Some(result) => ready(result),
            None => panic!("the script has no response left for {} {}", request.method(), request.uri()),
        }
    }
}
