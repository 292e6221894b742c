//! `kakaopay store`: inspects a store, and skips a notification.

mod open;
mod run;
mod show;
mod skip;
mod verify;

pub(crate) use run::run;
