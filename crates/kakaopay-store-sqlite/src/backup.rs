//! A copy of a store in one file, made while the store is in use.

use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kakaopay_store::{BACKUP, Setting, StoreError, StoreErrorKind};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags, OptionalExtension};

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
    // Its own, as another backup to the same name may be under way.
    let partial: PathBuf = beside(target, &format!(".{:016x}.partial", RandomState::new().hash_one(())));
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
    let done = Backup::new(&from, &mut to).and_then(|backup| backup.step(ALL_PAGES)).map_err(failed)?;
    if done != StepResult::Done {
        return Err(StoreError::new(StoreErrorKind::Busy, "the store is locked by another process"));
    }
    check_open(&to)?;
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

/// Refuses a copy of a store that is closed for another reason than that it is a backup itself: restored, it would be a
/// second store in use, or one without all payments.
fn check_open(copy: &Connection) -> Result<(), StoreError> {
    let closed =
        copy.query_row("SELECT value FROM setting WHERE name = ?1", [Setting::Closed.name()], |row| {
            row.get::<_, String>(0)
        });
    match closed.optional().map_err(failed)? {
        Some(why) if why != BACKUP => {
            Err(StoreError::new(StoreErrorKind::Other, format!("the store is closed: {why}")))
        }
        _ => Ok(()),
    }
}

/// Gives the complete file its name, durably.
fn publish(partial: &Path, target: &Path) -> Result<(), StoreError> {
    let io = |error| StoreError::new(StoreErrorKind::Io, error);
    File::open(partial).and_then(|file| file.sync_all()).map_err(io)?;
    // A link, as another file may have got the name meanwhile, and must not be replaced.
    fs::hard_link(partial, target).and_then(|()| fs::remove_file(partial)).map_err(io)?;
    #[cfg(unix)]
    if let Some(folder) = target.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
    }
    Ok(())
}
