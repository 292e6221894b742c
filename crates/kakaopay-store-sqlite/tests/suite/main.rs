//! The SQLite store against the contract, and against what happens to files.

mod conformance;
mod durable;
mod files;
mod shared;
mod support;
mod together;
mod trouble;
