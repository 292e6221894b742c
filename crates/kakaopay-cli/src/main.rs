//! The `kakaopay` command.
//!
//! Results go to standard output, errors to standard error. Exit codes: 0 success, 1 failure, 2
//! invalid arguments. If standard output is closed early, as `head` does, the command exits with 0.

mod args;
mod buyer;
mod demo;
mod failure;
mod output;
mod recorder;
mod sandbox;
mod shop;
mod store;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, Failure::StdoutClosed) {
                output::print_failure(&failure);
            }
            failure.exit_code()
        }
    }
}

fn run(args: Args) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match args.command {
        Command::Demo(options) => {
            let plan = options.plan()?;
            runtime.block_on(demo::run(plan))
        }
        Command::Sandbox(options) => runtime.block_on(sandbox::run(options)),
        Command::Store(command) => runtime.block_on(store::run(command)),
    }
}
