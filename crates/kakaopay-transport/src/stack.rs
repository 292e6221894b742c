//! The layers in their one order.

use http_body::Body;
use kakaopay_types::Key;
use tower::ServiceBuilder;
use tower::util::BoxCloneSyncService;
use tower_service::Service;

use crate::body::{Request, Response};
use crate::builder::Settings;
use crate::error::{BoxError, Error};
use crate::layer::{AuthLayer, CollectLayer, DeadlineLayer, OriginLayer, TraceLayer, VersionLayer};

/// A stack whose parts are no longer named: it has no task and no queue of its own.
pub(crate) type Stack = BoxCloneSyncService<Request, Response, Error>;

/// Puts the layers over a wire. From the call down to the wire:
///
/// 1. trace, so that it sees what the caller sees;
/// 2. deadline, so that everything below is inside it;
/// 3. origin, before the key is added, so that a request for elsewhere never carries it, and below
///    the trace, so that a redirect is told as the error it is;
/// 4. version, which may be seen by anybody;
/// 5. auth, as low as can be, so that as little as possible holds the key;
/// 6. collect, which needs the wire's own body.
pub(crate) fn build<S, B>(wire: S, key: &impl Key, settings: Settings) -> Stack
where
    S: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let stack = ServiceBuilder::new()
        .layer(TraceLayer)
        .layer(DeadlineLayer::new(settings.deadline))
        .layer(OriginLayer::new(settings.base_uri))
        .layer(VersionLayer::new(settings.version, settings.user_agent))
        .layer(AuthLayer::new(key))
        .layer(CollectLayer::new(settings.cap))
        .service(wire);
    BoxCloneSyncService::new(stack)
}
