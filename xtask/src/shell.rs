//! Running other programs.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

/// Why a task is not done.
#[derive(Debug)]
pub(crate) struct Problem(String);

impl Problem {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A problem made of several findings, one a line.
    pub(crate) fn of(what: &str, findings: &[String]) -> Result<(), Self> {
        match findings {
            [] => Ok(()),
            findings => Err(Self(format!("{what}:\n  {}", findings.join("\n  ")))),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Whether this is a machine that everything is promised to be on.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|ci| !ci.is_empty() && ci != "false")
}

/// Ends a task that lacks a tool: a failure in CI, where tools are installed, otherwise a line in the output.
pub(crate) fn skip_or_fail(hint: impl Into<String>) -> Result<(), Problem> {
    let hint = hint.into();
    if is_ci() {
        return Err(Problem::new(hint));
    }
    println!("SKIPPED: {hint}");
    Ok(())
}

/// Removes the proxy variables, which would send requests for loopback through another machine.
pub(crate) fn without_proxies(command: &mut Command) -> &mut Command {
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env_remove(name);
    }
    command
}

/// The project's root.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}

/// A cargo command in the root.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(root());
    command
}

/// Runs a command with its output on the terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), Problem> {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(Problem::new(format!("{} failed: {status}", display(command))))
    }
}

/// Runs a command and returns its output.
pub(crate) fn output(command: &mut Command) -> Result<String, Problem> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let error = String::from_utf8_lossy(&output.stderr);
    Err(Problem::new(format!("{} failed: {}\n{error}", display(command), output.status)))
}

/// Output of git in the root.
pub(crate) fn git(arguments: &[&str]) -> Result<String, Problem> {
    output(Command::new("git").args(arguments).current_dir(root()))
}

/// The command as people write it.
pub(crate) fn display(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or_default();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    let words: Vec<_> = std::iter::once(program.to_string_lossy()).chain(arguments).collect();
    words.join(" ")
}
