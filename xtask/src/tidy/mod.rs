//! `cargo xtask tidy`: what a reader relies on and no compiler checks.

mod documents;
mod files;
mod functions;
mod macs;
mod sweep;

pub(crate) use files::rust_files;
pub(crate) use sweep::run;
