//! `cargo xtask schemathesis`: calls made from `/openapi.json`, good ones and bad ones, against a served sandbox.

mod chore;
mod payment;
mod tool;

pub(crate) use chore::run;
