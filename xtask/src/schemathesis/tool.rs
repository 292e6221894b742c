//! Schemathesis, and where it is installed.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::shell::{self, Problem, output, root};

/// Where it is told what to install and how to run.
pub(super) fn sources() -> PathBuf {
    root().join("crates/kakaopay-sandbox/tests/schemathesis")
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
    let (list, folder) = (sources().join("requirements.txt"), folder());
    let wanted = fs::read_to_string(&list)?;
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    // What an earlier list brought is not this one's.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let mut command = Command::new("python3");
    command.args(["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"]);
    command.args(["--root-user-action", "ignore", "--target"]).arg(&folder).arg("-r").arg(&list);
    shell::run(&mut command)?;
    Ok(fs::write(stamp, wanted)?)
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
