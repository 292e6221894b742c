//! A sandbox that runs until it is dropped.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::programs::program;
use crate::shell::Problem;

/// A sandbox in a process of its own.
#[derive(Debug)]
pub(crate) struct SandboxProcess {
    process: Child,
    pub(crate) url: String,
    pub(crate) public_key: String,
    pub(crate) secret_key: String,
    pub(crate) webhook_secret: String,
}

impl SandboxProcess {
    /// Starts `kakaopay sandbox` with these options on a free port and waits until it says where it is.
    pub(crate) fn start(options: &[&str]) -> Result<Self, Problem> {
        let mut command = Command::new(program("kakaopay")?);
        command.args(["sandbox", "--addr", "127.0.0.1:0", "--json"]).args(options);
        let mut process = command.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let printed: Value = serde_json::from_str(&line).unwrap_or_default();
        let text = |name: &str| printed[name].as_str().unwrap_or_default().to_owned();
        let sandbox = Self {
            process,
            url: text("url"),
            public_key: text("public_key"),
            secret_key: text("secret_key"),
            webhook_secret: text("webhook_secret"),
        };
        if sandbox.url.is_empty() {
            return Err(Problem::new("the sandbox does not say where it is"));
        }
        Ok(sandbox)
    }
}

impl Drop for SandboxProcess {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
