//! The commands.

use clap::{Parser, Subcommand};

use super::{DemoOptions, SandboxOptions, StoreCommand};

/// Accept KakaoPay through Omise.
#[derive(Debug, Parser)]
#[command(name = "kakaopay", version, about)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run one payment from end to end on this machine, without an account, network or configuration.
    Demo(DemoOptions),
    /// Serve a local simulation of the Omise API and its KakaoPay pages until interrupted.
    Sandbox(SandboxOptions),
    /// Inspect a store, back it up, restore or move it, acknowledge an alert, or skip a notification.
    #[command(subcommand)]
    Store(StoreCommand),
}
