//! `cargo xtask clients`: the official clients of other languages, as they are, against a served sandbox.

mod journey;
mod runtime;
mod sandbox_process;
mod table;
mod task;

pub(crate) use sandbox_process::SandboxProcess;
pub(crate) use task::run;
