//! The task: a sandbox is served, and its pages are gone through.

use std::path::Path;
use std::process::Command;

use crate::clients::SandboxProcess;
use crate::packages;
use crate::shell::{self, Problem, output, root, skip_or_fail, without_proxies};

/// Path of the browser in Debian, and its names elsewhere.
const BROWSERS: [&str; 4] = ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"];

/// Goes through the pages. Only where the browser is promised to be is its absence a failure.
pub(crate) fn run() -> Result<(), Problem> {
    let there = |program: &&&str| output(Command::new(program).arg("--version")).is_ok();
    let browser = BROWSERS.iter().find(there);
    let missing: Vec<_> = ["node", "npm"].iter().filter(|program| !there(program)).collect();
    let (Some(browser), []) = (browser, missing.as_slice()) else {
        return skip_or_fail(format!("not installed: one of {BROWSERS:?}, node and npm are needed"));
    };
    let sources = root().join("crates/kakaopay-sandbox-server/tests/browser");
    let target = root().join("target/browser");
    let (modules, screenshots) = (target.join("packages"), target.join("pages"));
    packages::npm(&sources, &modules)?;
    let sandbox = SandboxProcess::start(&["--allow-http-return-host", "127.0.0.1"])?;
    go_through(browser, &sandbox, &sources, &[("BROWSER_FOLDER", &modules), ("SCREENSHOTS", &screenshots)])
}

fn go_through(
    browser: &str,
    sandbox: &SandboxProcess,
    sources: &Path,
    folders: &[(&str, &Path)],
) -> Result<(), Problem> {
    let mut command = Command::new("node");
    command
        .arg(sources.join("run.js"))
        .env("CHROMIUM", browser)
        .env("SANDBOX_URL", &sandbox.url)
        .env("PUBLIC_KEY", &sandbox.public_key)
        .env("SECRET_KEY", &sandbox.secret_key)
        .envs(folders.iter().copied());
    shell::run(without_proxies(&mut command))
}
