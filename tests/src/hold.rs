//! A transport that holds back the responses to mutations until they are released.

use std::pin::Pin;
use std::task::{Context, Poll};

use kakaopay_transport::HttpRequest;
use tokio::sync::watch;
use tower_service::Service;

/// A transport that holds back the responses to mutations until they are released.
#[derive(Debug, Clone)]
pub struct Hold<S> {
    inner: S,
    released: watch::Receiver<bool>,
}

impl<S> Hold<S> {
    /// Holds responses back until the channel says `true`, or its sender is dropped.
    pub fn new(inner: S, released: watch::Receiver<bool>) -> Self {
        Self { inner, released }
    }
}

impl<S> Service<HttpRequest> for Hold<S>
where
    S: Service<HttpRequest>,
    S::Future: Send + 'static,
    S::Response: Send,
    S::Error: Send,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let held = request.method() != http::Method::GET;
        let mut released = self.released.clone();
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await;
            if held {
                // An error says that nobody is left to release it.
                let _ = released.wait_for(|released| *released).await;
            }
            answer
        })
    }
}
