//! `cargo xtask clients`: the official clients of other languages, as they are, against a served sandbox.

mod chore;
mod journey;
mod runtime;
mod served;
mod table;

pub(crate) use chore::run;
pub(crate) use served::Served;
