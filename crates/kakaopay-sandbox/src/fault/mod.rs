//! Injected faults: the fault, the affected calls and the frequency.

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
