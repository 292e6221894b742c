//! What any store must do with any sequence of calls: a model of its own to hold stores to.

mod answer;
mod call;
mod model;
mod told;

pub use answer::Answer;
pub use call::Call;
pub use model::Model;
pub use told::Told;
