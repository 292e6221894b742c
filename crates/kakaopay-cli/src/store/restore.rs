//! Puts a backup into use.

use std::path::{Path, PathBuf};

use kakaopay::store::{BACKUP, Setting, Store, restore};

use super::open;
use crate::failure::Failure;
use crate::output::{Printer, Step};

/// Copies a backup to the path of a store, where no file may be.
pub(super) async fn put(backup: &Path, path: &Path) -> Result<(), Failure> {
    for file in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")] {
        if file.exists() {
            let text = format!(
                "`{}` exists: stop every process of the store, and move the file away with its -wal and -shm files",
                file.display()
            );
            return Err(Failure::usage("--sqlite <PATH>", text));
        }
    }
    let source = open::sqlite(backup, open::Missing::Refuse)?;
    if source.setting(Setting::Closed).await?.as_deref() != Some(BACKUP) {
        let text = format!("`{}` is no backup: make one with `kakaopay store backup`", backup.display());
        return Err(Failure::usage("--from <PATH>", text));
    }
    // Also what was stored in a log beside it, if someone has looked into it.
    source.backup(path).await?;
    Ok(source.close().await?)
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
