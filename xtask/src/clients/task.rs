//! The task: installs clients, serves a sandbox and runs the journeys.

use super::journey::JOURNEYS;
use super::runtime::{Runtime, Runtimes};
use super::sandbox_process::SandboxProcess;
use super::table;
use crate::shell::{Problem, skip_or_fail};

/// Installs missing packages, serves a sandbox and runs every journey. A missing runtime fails
/// in CI only.
pub(crate) fn run() -> Result<(), Problem> {
    let runtimes = Runtimes::found();
    let missing = runtimes.missing();
    if !missing.is_empty() {
        skip_or_fail(format!("not installed: {}", missing.join(", ")))?;
    }
    let wanted: Vec<_> = JOURNEYS.iter().filter(|journey| runtimes.have(journey.runtime)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    for runtime in [Runtime::Node, Runtime::Python] {
        if runtimes.have(runtime) {
            runtime.install()?;
        }
    }
    let sandbox = SandboxProcess::start(&["--allow-http-return-host", "127.0.0.1"])?;
    let made: Vec<_> = wanted.into_iter().map(|journey| journey.make(&sandbox)).collect();
    table::print(&made);
    let failures: Vec<_> = made.iter().filter_map(|made| made.failure.clone()).collect();
    Problem::of("journeys that did not end", &failures)
}
