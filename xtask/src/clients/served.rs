//! A sandbox that is served for as long as it is kept.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::shell::{Problem, cargo};

/// A sandbox in a process of its own.
#[derive(Debug)]
pub(crate) struct Served {
    process: Child,
    pub(crate) url: String,
    pub(crate) public_key: String,
    pub(crate) secret_key: String,
    pub(crate) webhook_secret: String,
}

impl Served {
    /// Starts `kakaopay sandbox` with these options on a free port and waits until it says where it is.
    pub(crate) fn start(options: &[&str]) -> Result<Self, Problem> {
        // Built first, so that the wait for the line is short.
        let package = ["--quiet", "--package", "kakaopay-cli"];
        crate::shell::run(cargo(&["build"]).args(package))?;
        let mut command = cargo(&["run"]);
        command.args(package).args(["--", "sandbox", "--addr", "127.0.0.1:0", "--json"]).args(options);
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let told: Value = serde_json::from_str(&line).unwrap_or_default();
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        let served = Self {
            process,
            url: text("url"),
            public_key: text("public_key"),
            secret_key: text("secret_key"),
            webhook_secret: text("webhook_secret"),
        };
        if served.url.is_empty() {
            return Err(Problem::new("the sandbox does not say where it is"));
        }
        Ok(served)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
