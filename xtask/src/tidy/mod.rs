//! `cargo xtask tidy`: rules that no compiler checks.

mod documents;
mod files;
mod names;
mod prose;
mod roots;
mod run;

pub(crate) use files::rust_files;
pub(crate) use run::run;
