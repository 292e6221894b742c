//! The layers between a typed call and the transport, each usable alone.

mod api_headers;
mod auth;
mod base_uri;
mod collect_body;
mod limit;
mod operation;
mod response_future;
mod retry;
mod send_once;
mod timeout;
mod trace;

pub use api_headers::{ApiHeaders, ApiHeadersLayer};
pub use auth::{Auth, AuthLayer};
pub use base_uri::{BaseUriFuture, BaseUriLayer, BaseUriService};
pub use collect_body::{CollectBody, CollectBodyFuture, CollectBodyLayer};
pub use limit::{Limit, LimitFuture, LimitLayer};
pub use operation::{OperationFuture, OperationLayer, OperationService};
pub use response_future::ResponseFuture;
pub use retry::{Retry, RetryDecision, RetryFuture, RetryLayer, RetryPolicy};
pub use send_once::{SendOnce, SendOnceLayer};
pub use timeout::{Timeout, TimeoutFuture, TimeoutLayer};
pub use trace::{Trace, TraceFuture, TraceLayer};
