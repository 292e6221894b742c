//! Packages of other languages that a task needs.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::shell::{self, Problem};

/// Installs what a folder's `package-lock.json` lists into another folder, unless it was and the list is the same.
pub(crate) fn npm(sources: &Path, folder: &Path) -> Result<(), Problem> {
    unless_installed(&sources.join("package-lock.json"), folder, || {
        for file in ["package.json", "package-lock.json"] {
            fs::copy(sources.join(file), folder.join(file))?;
        }
        // No package needs a program of its own to be run while it is installed.
        let options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        shell::run(Command::new("npm").args(options).current_dir(folder))
    })
}

/// Installs what a list names, each with the hash of what it must be, into a folder, unless it was and the list is
/// the same.
pub(crate) fn pip(list: &Path, folder: &Path) -> Result<(), Problem> {
    unless_installed(list, folder, || {
        let options = ["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:"];
        let mut command = Command::new("python3");
        command.args(options).args(["--root-user-action", "ignore", "--target"]);
        shell::run(command.arg(folder).arg("-r").arg(list))
    })
}

/// Installs into an empty folder, unless that was done with the same list before.
fn unless_installed(
    list: &Path,
    folder: &Path,
    install: impl FnOnce() -> Result<(), Problem>,
) -> Result<(), Problem> {
    let wanted = fs::read_to_string(list)?;
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    // What an earlier list brought is not this one's.
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    install()?;
    Ok(fs::write(stamp, wanted)?)
}
