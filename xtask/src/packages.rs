//! Packages of other languages that a task needs.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::shell::{self, Problem};

/// Installs the packages of a folder's `package-lock.json` into another folder, if the list has changed.
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

/// Installs the packages of a list with hashes into a folder, if the list has
/// changed.
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
