//! `kakaopay store`: inspects, backs up, restores and moves a store, acknowledges alerts, and skips a notification.

mod acknowledge;
mod moves;
mod open;
mod recover;
mod restore;
mod run;
mod show;
mod skip;
mod verify;

pub(crate) use run::run;
