//! Schemathesis, and where it is installed.

use std::path::PathBuf;
use std::process::Command;

use crate::packages;
use crate::shell::{Problem, output, root};

/// Its list of packages and its settings.
pub(super) fn sources() -> PathBuf {
    root().join("crates/kakaopay-sandbox-server/tests/schemathesis")
}

fn folder() -> PathBuf {
    root().join("target/schemathesis")
}

/// Whether it can be installed at all.
pub(super) fn has_pip() -> bool {
    output(Command::new("python3").args(["-m", "pip", "--version"])).is_ok()
}

/// Installs it, unless it was and its list is the same.
pub(super) fn install() -> Result<(), Problem> {
    packages::pip(&sources().join("requirements.txt"), &folder())
}

/// It, to be given its arguments.
pub(super) fn command() -> Command {
    let folder = folder();
    let mut command = Command::new("python3");
    command
        .args(["-c", "from schemathesis.cli import schemathesis; schemathesis(prog_name='schemathesis')"])
        .env("PYTHONPATH", &folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        // What it leaves behind is not the project's.
        .current_dir(folder);
    command
}
