//! A service that never responds.

use std::future::{Pending, pending};
use std::task::{Context, Poll};

use tower_service::Service;

use crate::body::{HttpRequest, RequestBody};
use crate::error::BoxError;

/// Accepts every request and never responds.
///
/// Use it to test timeouts, with tokio's paused time.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::exhaustive_structs, reason = "has nothing to set")]
pub struct Never;

impl Service<HttpRequest> for Never {
    type Response = http::Response<RequestBody>;
    type Error = BoxError;
    type Future = Pending<Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: HttpRequest) -> Self::Future {
        pending()
    }
}
