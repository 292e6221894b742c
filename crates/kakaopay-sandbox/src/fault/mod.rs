//! What goes wrong on purpose: which fault, in which calls, and how often.

mod answer;
mod kind;
mod operation;
mod path;
mod rule;
mod rules;

pub(crate) use answer::{before, spoil, unpaged};
pub use kind::Fault;
pub use rule::{FaultRule, InvalidFaultRule, Trigger};
pub(crate) use rules::Rules;
