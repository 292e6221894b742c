//! `kakaopay store`: inspects, backs up, restores and moves a store, and skips a notification.

mod moves;
mod open;
mod recover;
mod restore;
mod run;
mod show;
mod skip;
mod verify;

pub(crate) use run::run;
