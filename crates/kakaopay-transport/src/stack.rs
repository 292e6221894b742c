//! The layers in their one order.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use kakaopay_types::Key;
use tower_layer::Layer;
use tower_service::Service;

use crate::body::{Request, Response};
use crate::error::{BoxError, Error};
use crate::layer::{
    ApiHeadersLayer, AuthLayer, BaseUriLayer, CollectBodyLayer, OperationLayer, RetryLayer, SendOnceLayer,
    TimeoutLayer, TraceLayer,
};
use crate::settings::Settings;
use crate::transport::Transport;

/// All that lies between a typed call and the wire, as one tower service whose parts are no longer
/// named. It has no task and no queue of its own, and clones share everything.
///
/// From the call down to the wire:
///
/// 1. layers of your own that were put [above](crate::ClientBuilder::above), the last one first;
/// 2. operation, so that every error from below says which call it ended;
/// 3. trace, so that it sees what the caller sees;
/// 4. deadline, so that everything below is inside it, waiting for another attempt included;
/// 5. retry, of calls that only read, above all that is done anew for each attempt;
/// 6. deadline of an attempt, so that one that stalls leaves time for another;
/// 7. origin, before the key is added, so that a request for elsewhere never carries it, and below
///    the trace, so that a redirect is told as the error it is;
/// 8. version, which may be seen by anybody;
/// 9. auth, as low as can be, so that as little as possible holds the key;
/// 10. once, so that nothing above can send what changes something a second time;
/// 11. collect, which needs the wire's own body;
/// 12. layers of your own that were put [below](crate::ClientBuilder::below), the last one last;
/// 13. the wire.
#[derive(Clone)]
pub struct Stack(Arc<dyn Erased>);

/// The future of a [`Stack`].
pub type StackFuture = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send>>;

/// A service that is cloned for each call, with all of the call in one piece of memory.
trait Erased: Send + Sync {
    fn carry(&self, request: Request) -> StackFuture;
}

impl<S> Erased for S
where
    S: Service<Request, Response = Response, Error = Error> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    fn carry(&self, request: Request) -> StackFuture {
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
        S: Service<Request, Response = Response, Error = Error> + Clone + Send + Sync + 'static,
        S::Future: Send,
    {
        Self(Arc::new(service))
    }

    /// The same below a layer of your own.
    pub(crate) fn below<L>(self, layer: &L) -> Self
    where
        L: Layer<Self>,
        L::Service: Service<Request, Response = Response> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Error: Into<BoxError>,
        <L::Service as Service<Request>>::Future: Send,
    {
        // What a layer of somebody's own says is made an error of ours.
        Self::of(OperationLayer.layer(layer.layer(self)))
    }

    /// Carries a request down.
    pub(crate) fn send(&self, request: Request) -> StackFuture {
        self.0.carry(request)
    }
}

impl Service<Request> for Stack {
    type Response = Response;
    type Error = Error;
    type Future = StackFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        // Waiting for what is below is part of the call, and inside its deadline.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> StackFuture {
        self.send(request)
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack").finish_non_exhaustive()
    }
}

/// Puts the layers over a wire.
pub(crate) fn build(wire: impl Transport, key: &impl Key, settings: Settings) -> Stack {
    // From the wire up.
    let stack = CollectBodyLayer::new(settings.cap).layer(wire);
    let stack = AuthLayer::new(key).layer(SendOnceLayer.layer(stack));
    let stack = ApiHeadersLayer::new(settings.version, settings.user_agent).layer(stack);
    let stack = BaseUriLayer::new(settings.base_uri).layer(stack);
    let stack = TimeoutLayer::of_attempt(settings.attempt_deadline).layer(stack);
    let stack = RetryLayer::new(settings.retry).layer(stack);
    let stack = TimeoutLayer::new(settings.deadline).layer(stack);
    let stack = OperationLayer.layer(TraceLayer.layer(stack));
    Stack::of(stack)
}
