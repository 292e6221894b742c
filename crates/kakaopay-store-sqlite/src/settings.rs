//! Facts about the whole store.

use kakaopay_store::{Setting, StoreError};
use rusqlite::{Connection, OptionalExtension};

use crate::failure::failed;

pub(crate) fn read(connection: &Connection, setting: Setting) -> Result<Option<String>, StoreError> {
    connection
        .prepare_cached("SELECT value FROM setting WHERE name = ?1")
        .and_then(|mut find| find.query_row([setting.name()], |row| row.get(0)).optional())
        .map_err(failed)
}

/// Returns whether the setting had the text `from`, and so has the text `to` now.
pub(crate) fn change(
    connection: &Connection,
    setting: Setting,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<bool, StoreError> {
    // All changes are made by one thread at a time, under the lock of the transaction.
    if read(connection, setting)?.as_deref() != from {
        return Ok(false);
    }
    match to {
        Some(text) => connection
            .prepare_cached(
                "INSERT INTO setting (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )
            .and_then(|mut put| put.execute((setting.name(), text))),
        None => connection
            .prepare_cached("DELETE FROM setting WHERE name = ?1")
            .and_then(|mut delete| delete.execute([setting.name()])),
    }
    .map_err(failed)?;
    Ok(true)
}
