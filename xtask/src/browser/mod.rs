//! `cargo xtask browser`: the sandbox's pages in a real browser, and pictures of them.

mod chore;

pub(crate) use chore::run;
