//! Puts a backup into use.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use kakaopay::store::{Setting, Store, restore};

use crate::failure::Failure;
use crate::output::{Printer, Step};

/// Copies a backup to the path of a store, where no file may be.
pub(super) fn put(backup: &Path, path: &Path) -> Result<(), Failure> {
    for file in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")] {
        if file.exists() {
            let text = format!(
                "`{}` exists: stop every process of the store, and move the file away with its -wal and -shm files",
                file.display()
            );
            return Err(Failure::usage("--sqlite <PATH>", text));
        }
    }
    let log = beside(backup, "-wal");
    if log.exists() {
        let text = format!(
            "`{}` exists, so that it is no backup: make one with `kakaopay store backup`",
            log.display()
        );
        return Err(Failure::usage("--from <PATH>", text));
    }
    copy(backup, path).map_err(|error| {
        format!("cannot copy `{}` to `{}`: {error}", backup.display(), path.display()).into()
    })
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut target = options.open(to)?;
    io::copy(&mut source, &mut target)?;
    target.sync_all()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Marks a store as restored, and opens it.
pub(super) async fn mark(store: &impl Store, printer: Printer) -> Result<(), Failure> {
    restore(store).await?;
    if let Some(why) = store.setting(Setting::Closed).await? {
        return Err(format!("the store stays closed: {why}").into());
    }
    let text = "the store is suspect until a reconciliation is complete: start the shop, which runs one within a minute";
    printer.print(Step::new("restored", text))
}
