//! The SQLite store against the contract, and against failures of files.

mod backups;
mod conformance;
mod durable;
mod file_access;
mod files;
mod pruned;
mod schemas;
mod shared;
mod support;
mod together;
mod trouble;
