//! F12, F13: a store on a disk that loses power at any moment, and one that fails while it has power.
//!
//! `KAKAOPAY_CRASH_IMAGES` says how many losses; `cargo xtask nightly` says a hundred thousand. The disk is
//! SQLite's file system for this whole process, and the store knows nothing of it.

mod campaign;
mod check;
mod control;
mod history;
mod losses;
mod migration;
mod plan;
mod trouble;
mod workload;
