//! The layers between a typed call and the wire, each usable alone.

mod auth;
mod collect;
mod deadline;
mod origin;
mod trace;
mod version;

pub use auth::{Auth, AuthLayer};
pub use collect::{Collect, CollectLayer};
pub use deadline::{Deadline, DeadlineLayer};
pub use origin::{Origin, OriginLayer};
pub use trace::{Trace, TraceLayer};
pub use version::{Version, VersionLayer};
