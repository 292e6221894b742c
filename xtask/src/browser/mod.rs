//! `cargo xtask browser`: the sandbox's pages in a real browser, and pictures of them.

mod task;

pub(crate) use task::run;
