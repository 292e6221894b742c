//! The layers between a typed call and the wire, each usable alone.

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

pub use answer::Answer;
pub use auth::{Auth, AuthLayer};
pub use collect::{Collect, CollectFuture, CollectLayer};
pub use deadline::{Deadline, DeadlineFuture, DeadlineLayer};
pub use once::{Once, OnceLayer};
pub use operation::{Named, NamedFuture, OperationLayer};
pub use origin::{Origin, OriginFuture, OriginLayer};
pub use retry::{Decision, Retry, RetryFuture, RetryLayer, RetryPolicy};
pub use trace::{Trace, TraceFuture, TraceLayer};
pub use version::{Version, VersionLayer};
