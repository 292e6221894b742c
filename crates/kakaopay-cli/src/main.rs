//! The `kakaopay` command.
//!
//! What it finds out goes to standard output, what goes wrong to standard error. Exit codes: 0 done,
//! 1 something went wrong, 2 the arguments cannot be used.

mod args;
mod buyer;
mod demo;
mod failure;
#[path = "store.rs"]
mod ledger;
mod recorder;
mod sandbox;
mod shop;
#[path = "output.rs"]
mod tell;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell::trouble(&failure);
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
        Command::Ledger(command) => runtime.block_on(ledger::run(command)),
    }
}
