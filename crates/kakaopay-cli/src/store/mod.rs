//! `kakaopay store`: inspects a store without changing it.

mod open;
mod run;
mod show;

pub(crate) use run::run;
