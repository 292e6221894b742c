//! `kakaopay store`: inspects, backs up, restores, moves and prunes a store, acknowledges alerts, and skips a notification.

mod acknowledge;
mod moves;
mod open;
mod prune;
mod recover;
mod restore;
mod run;
mod show;
mod skip;
mod verify;

pub(crate) use run::run;
