//! Injected faults: the fault, the affected calls and the frequency.

mod kind;
mod operation;
mod path;
mod response;
mod rule;
mod rules;

pub use kind::Fault;
pub(crate) use response::{apply, error_response, first_page};
pub use rule::{FaultRule, InvalidFaultRule, Trigger};
pub(crate) use rules::Rules;
