//! `cargo xtask schemathesis`: calls made from `/openapi.json`, good ones and bad ones, against a served sandbox.

mod payment;
mod task;
mod tool;

pub(crate) use task::run;
