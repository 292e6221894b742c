//! A model of a store: its result of any sequence of calls, to compare stores with.

mod call;
mod checked;
mod model;
mod outcome;

pub use call::Call;
pub use checked::{CheckedStore, SetClock};
pub use model::Model;
pub use outcome::Outcome;
