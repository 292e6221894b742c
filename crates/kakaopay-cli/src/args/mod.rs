//! Command-line arguments.

mod command;
mod demo;
mod sandbox;
mod store;
mod value;

pub(crate) use command::{Args, Command};
pub(crate) use demo::{DemoOptions, Outcome};
pub(crate) use sandbox::SandboxOptions;
pub(crate) use store::{CopyTarget, DatabaseUrl, ServiceOptions, StoreCommand, StoreLocation, StoreOptions};
pub(crate) use value::expectation;
