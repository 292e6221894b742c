//! A copy of a store in one file, made while the store is in use.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kakaopay_store::{BACKUP, Setting, StoreError, StoreErrorKind};
use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use crate::failure::failed;
use crate::opened_file::{beside, create_for_owner};

/// Pages copied at a time. The source is locked for reading meanwhile, which stops no writer.
const ALL_PAGES: i32 = -1;

/// How long to wait for a lock of another process.
const BUSY: Duration = Duration::from_secs(5);

/// Writes a backup of the store at `source` to a new file. It appears under its name only when it is complete.
pub(crate) fn write(source: &Path, target: &Path) -> Result<(), StoreError> {
    let exists = target.exists() || beside(target, "-wal").exists();
    if exists {
        let text = format!("`{}` exists already: name a file that does not", target.display());
        return Err(StoreError::new(StoreErrorKind::Other, text));
    }
    let partial: PathBuf = beside(target, ".partial");
    // An earlier attempt that was cut off.
    let _ = fs::remove_file(&partial);
    let written = copy(source, &partial).and_then(|()| publish(&partial, target));
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written
}

fn copy(source: &Path, partial: &Path) -> Result<(), StoreError> {
    create_for_owner(partial);
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let from =
        Connection::open_with_flags(source, flags | OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    let mut to =
        Connection::open_with_flags(partial, flags | OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    from.busy_timeout(BUSY).map_err(failed)?;
    Backup::new(&from, &mut to).and_then(|backup| backup.step(ALL_PAGES)).map_err(failed)?;
    // One file, without a log beside it.
    to.pragma_update(None, "journal_mode", "DELETE").map_err(failed)?;
    to.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    to.execute(
        "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (Setting::Closed.name(), BACKUP),
    )
    .map_err(failed)?;
    to.close().map_err(|(_, error)| failed(error))
}

/// Gives the complete file its name, durably.
fn publish(partial: &Path, target: &Path) -> Result<(), StoreError> {
    let io = |error| StoreError::new(StoreErrorKind::Io, error);
    File::open(partial).and_then(|file| file.sync_all()).map_err(io)?;
    fs::rename(partial, target).map_err(io)?;
    #[cfg(unix)]
    if let Some(folder) = target.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
    }
    Ok(())
}
