//! The suite that holds every store to the contract of [`Store`](crate::Store).
//!
//! Expand [`conformance_tests!`](crate::conformance_tests) with an expression that makes an empty store and its
//! [`TestClock`]; it may be `async`. The tests run on tokio, which the expanding crate depends on.

mod copies;
mod crowd;
mod journal;
mod leases;
mod make;
mod outbox;
mod prune;
mod settings;
mod subject;
mod suite;
mod time;
mod work;

pub use copies::*;
pub use crowd::*;
pub use journal::*;
pub use leases::*;
pub use outbox::*;
pub use prune::*;
pub use settings::*;
pub use subject::{ManualClock, Subject, TestClock};
pub use time::*;
pub use work::*;
