//! Answers what it was told to, in order.

use std::collections::VecDeque;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tower_service::Service;

use crate::body::{Request, RequestBody};
use crate::error::BoxError;

type Answer = Result<http::Response<RequestBody>, BoxError>;

/// Answers what it was told to, in order.
///
/// Use when a test knows what the service says, and in which order. Clones share the script.
///
/// # Panics
/// A request for which no answer is left panics, which fails the test. An error could pass for a
/// broken connection, which the code under test may be right to bear.
#[derive(Debug, Clone, Default)]
pub struct Scripted(Arc<Mutex<VecDeque<Answer>>>);

impl Scripted {
    /// Nothing to answer yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers with a status and a JSON body next.
    #[must_use]
    pub fn json(self, status: u16, body: impl Into<Bytes>) -> Self {
        let response = http::Response::builder()
            .status(status)
            .header("content-type", "application/json; charset=utf-8")
            .header("x-request-id", "7e57ab1e-0b00-4c0d-9e5a-0123456789ab")
            .body(RequestBody::new(body));
        self.then(response.map_err(BoxError::from))
    }

    /// Answers with this next: any response, or an error.
    #[must_use]
    pub fn then(self, answer: Answer) -> Self {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(answer);
        self
    }

    /// Whether everything was answered.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl Service<Request> for Scripted {
    type Response = http::Response<RequestBody>;
    type Error = BoxError;
    type Future = Ready<Answer>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let next = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        match next {
            Some(answer) => ready(answer),
            None => panic!("the script has no answer left for {} {}", request.method(), request.uri()),
        }
    }
}
