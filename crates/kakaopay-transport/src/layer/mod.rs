//! The layers between a typed call and the transport, each usable alone.

mod answer;
mod auth;
mod collect;
mod deadline;
mod once;
mod operation;
mod origin;
mod retry;
mod trace;
mod version;

pub use answer::ResponseFuture;
pub use auth::{Auth, AuthLayer};
pub use collect::{CollectBody, CollectBodyFuture, CollectBodyLayer};
pub use deadline::{Timeout, TimeoutFuture, TimeoutLayer};
pub use once::{SendOnce, SendOnceLayer};
pub use operation::{OperationFuture, OperationLayer, OperationService};
pub use origin::{BaseUriFuture, BaseUriLayer, BaseUriService};
pub use retry::{Retry, RetryDecision, RetryFuture, RetryLayer, RetryPolicy};
pub use trace::{Trace, TraceFuture, TraceLayer};
pub use version::{ApiHeaders, ApiHeadersLayer};
