//! The layers between a typed call and the transport, in their fixed order.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use kakaopay_types::Key;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::{HttpRequest, HttpResponse};
use crate::error::{BoxError, Error};
use crate::layer::{
    ApiHeadersLayer, AuthLayer, BaseUriLayer, CollectBodyLayer, LimitLayer, OperationLayer, RetryLayer,
    SendOnceLayer, TimeoutLayer, TraceLayer,
};
use crate::settings::Settings;
use crate::transport::Transport;

/// The layers and the transport of a client as one type-erased tower service. It has no task, and
/// clones share everything.
///
/// From the call down to the transport:
///
/// 1. your own [layers](crate::ClientBuilder::layer), the last added first;
/// 2. `OperationLayer`, so that every error from below names its call;
/// 3. `TraceLayer`, which so records the result that the caller gets;
/// 4. `TimeoutLayer`, which bounds everything below, waits between attempts included;
/// 5. `RetryLayer`, which retries reads, above every layer that acts once per attempt;
/// 6. `LimitLayer`, which bounds the attempts in flight and pauses them after a response 429, above the timeout of an
///    attempt, so that a wait does not count as one;
/// 7. `TimeoutLayer` of an attempt, so that a stalled attempt leaves time for another;
/// 8. `BaseUriLayer`, above the key, so that a request to another origin never carries it, and below the
///    trace, so that a redirect is recorded as an error;
/// 9. `ApiHeadersLayer`, which adds nothing secret;
/// 10. `AuthLayer`, as low as possible, so that few layers see the key;
/// 11. `SendOnceLayer`, so that no layer above can send a mutation twice;
/// 12. `CollectBodyLayer`, which needs the transport's own body type;
/// 13. your own [attempt layers](crate::ClientBuilder::attempt_layer), the last added first;
/// 14. the transport.
#[derive(Clone)]
pub struct Stack(Arc<dyn ErasedService>);

/// The future of a [`Stack`].
pub type StackFuture = Pin<Box<dyn Future<Output = Result<HttpResponse, Error>> + Send>>;

/// A type-erased service. It is cloned for each call, and each call is one allocation.
trait ErasedService: Send + Sync {
    fn send(&self, request: HttpRequest) -> StackFuture;
}

impl<S> ErasedService for S
where
    S: Service<HttpRequest, Response = HttpResponse, Error = Error> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    fn send(&self, request: HttpRequest) -> StackFuture {
        let mut service = self.clone();
        Box::pin(async move {
            poll_fn(|context| service.poll_ready(context)).await?;
            service.call(request).await
        })
    }
}

impl Stack {
    fn of<S>(service: S) -> Self
    where
        S: Service<HttpRequest, Response = HttpResponse, Error = Error> + Clone + Send + Sync + 'static,
        S::Future: Send,
    {
        Self(Arc::new(service))
    }

    /// Wraps the stack in a layer of the caller.
    pub(crate) fn wrap_in<L>(self, layer: &L) -> Self
    where
        L: Layer<Self>,
        L::Service: Service<HttpRequest, Response = HttpResponse> + Clone + Send + Sync + 'static,
        <L::Service as Service<HttpRequest>>::Error: Into<BoxError>,
        <L::Service as Service<HttpRequest>>::Future: Send,
    {
        // Converts the layer's own error type to `Error`.
        Self::of(OperationLayer.layer(layer.layer(self)))
    }

    pub(crate) fn send(&self, request: HttpRequest) -> StackFuture {
        self.0.send(request)
    }
}

impl Service<HttpRequest> for Stack {
    type Response = HttpResponse;
    type Error = Error;
    type Future = StackFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        // Waiting for readiness is part of the call and counts towards its timeout.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> StackFuture {
        self.send(request)
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack").finish_non_exhaustive()
    }
}

/// Wraps a transport in the layers.
pub(crate) fn build(transport: impl Transport, key: &impl Key, settings: Settings) -> Stack {
    // From the transport up.
    let stack = CollectBodyLayer::new(settings.max_response_bytes).layer(transport);
    let stack = AuthLayer::new(key).layer(SendOnceLayer.layer(stack));
    let stack = ApiHeadersLayer::new(settings.version, settings.user_agent).layer(stack);
    let stack = BaseUriLayer::new(settings.base_uri).layer(stack);
    let stack = TimeoutLayer::of_attempt(settings.attempt_timeout).layer(stack);
    let stack = LimitLayer::new(settings.max_in_flight, settings.for_mutations).layer(stack);
    let stack = RetryLayer::new(settings.retry).layer(stack);
    let stack = TimeoutLayer::new(settings.timeout).layer(stack);
    let stack = OperationLayer.layer(TraceLayer.layer(stack));
    Stack::of(stack)
}
