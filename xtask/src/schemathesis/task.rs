//! The task: a sandbox is served, a payment is made in it, and schemathesis is let loose.

use super::payment::Payment;
use super::tool;
use crate::clients::SandboxProcess;
use crate::shell::{self, Problem, skip_or_fail, without_proxies};

/// Installs schemathesis, serves a sandbox and runs it. Only where Python is promised to be is its absence a
/// failure.
pub(crate) fn run() -> Result<(), Problem> {
    if !tool::has_pip() {
        return skip_or_fail("not installed: python3 with pip");
    }
    tool::install()?;
    // Each run is the same. Webhooks are lost, as the addresses for them are made up.
    let sandbox = SandboxProcess::start(&[
        "--seed",
        "1",
        "--clock",
        "2024-02-29T12:00:00Z",
        "--freeze-clock",
        "--webhook-delivery",
        "lost",
    ])?;
    let payment = Payment::make(&sandbox)?;
    let mut command = tool::command();
    command
        .arg("--config-file")
        .arg(tool::sources().join("schemathesis.toml"))
        .arg("run")
        .arg(format!("{}/openapi.json", sandbox.url))
        .arg("--no-color")
        .env("SANDBOX_KEY", &sandbox.secret_key)
        .env("SANDBOX_PAYMENT", payment.name)
        .env("SANDBOX_TRANSACTION", payment.transaction)
        .env("SANDBOX_EVENT", payment.event);
    shell::run(without_proxies(&mut command))
}
