//! `kakaopay demo`: one payment from end to end.

mod plan;
mod run;
mod setup;
mod steps;

pub(crate) use plan::Plan;
pub(crate) use run::run;
