//! The two tables of functions through which SQLite reaches its files.

#![expect(unsafe_code, reason = "these functions are called by C, with C's pointers")]

mod install;
mod methods;
mod open_file;
mod system;

pub use install::install;
