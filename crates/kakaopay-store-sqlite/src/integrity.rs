//! Reads a whole file and checks it for damage.

use kakaopay_store::sql::{
    EntryKind, check_row, corrupt, event_checksum, message_checksum, reference_of, seq_of,
};
use kakaopay_store::{Entry, StoreError};
use rusqlite::{Connection, Row};

use crate::failure::failed;

/// Reads the whole file and checks its structure, references, journals and queue of messages.
pub(crate) fn integrity_check(connection: &Connection) -> Result<(), StoreError> {
    let first: String =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(failed)?;
    if first != "ok" {
        return Err(corrupt(first));
    }
    let none = |sql, damage: &dyn Fn(i64) -> String| {
        let count: i64 = connection.query_row(sql, [], |row| row.get(0)).map_err(failed)?;
        if count == 0 { Ok(()) } else { Err(corrupt(damage(count))) }
    };
    none("SELECT count(*) FROM pragma_foreign_key_check", &|rows| {
        format!("{rows} rows belong to no payment")
    })?;
    none(
        "SELECT count(*) FROM payment WHERE last_seq - pruned_to <> (
             SELECT count(*) FROM journal_entry WHERE payment_id = payment.id
         ) OR last_seq <> (
             SELECT coalesce(max(seq), 0) FROM journal_entry WHERE payment_id = payment.id
         )",
        &|payments| format!("the journals of {payments} payments have gaps"),
    )?;
    none(
        "SELECT count(*) FROM snapshot JOIN payment ON payment.id = payment_id WHERE snapshot.seq > payment.last_seq",
        &|snapshots| format!("{snapshots} snapshots are ahead of their journals"),
    )?;
    none(
        "SELECT count(*) FROM outbox_message AS message
         WHERE visible_at IS NOT NULL AND is_blocked <> (lane = 'ordered' AND EXISTS (
             SELECT 1 FROM outbox_message AS earlier
             WHERE earlier.payment_id = message.payment_id AND earlier.visible_at IS NOT NULL
             AND earlier.lane = 'ordered' AND earlier.id < message.id
         ))",
        &|messages| format!("{messages} messages wait for no other, or do not wait although they have to"),
    )?;
    check_rows(connection)
}

/// Checks each row that has a checksum. A completed event has no body any more.
fn check_rows(connection: &Connection) -> Result<(), StoreError> {
    let entries =
        "SELECT reference, seq, bytes, checksum FROM journal_entry JOIN payment ON payment.id = payment_id";
    each(connection, entries, |row| check_entry(row, EntryKind::Entry))?;
    let snapshots =
        "SELECT reference, seq, bytes, checksum FROM snapshot JOIN payment ON payment.id = payment_id";
    each(connection, snapshots, |row| check_entry(row, EntryKind::Snapshot))?;
    let messages = "SELECT reference, idempotency_key, lane, body, checksum
                    FROM outbox_message JOIN payment ON payment.id = payment_id";
    each(connection, messages, |row| {
        let text = |column: usize| row.get::<_, String>(column).map_err(failed);
        let (reference, key, lane, body) = (text(0)?, text(1)?, text(2)?, row.get::<_, Vec<u8>>(3));
        let checksum = message_checksum(&reference, &key, &lane, &body.map_err(failed)?);
        check_row(|| format!("message {key}"), row.get(4).map_err(failed)?, checksum)
    })?;
    let events = "SELECT event_id, body, checksum FROM inbox_event WHERE visible_at IS NOT NULL";
    each(connection, events, |row| {
        let (event, body) = (row.get::<_, String>(0), row.get::<_, Vec<u8>>(1));
        let (event, body) = (event.map_err(failed)?, body.map_err(failed)?);
        check_row(|| format!("event {event}"), row.get(2).map_err(failed)?, event_checksum(&event, &body))
    })
}

fn each(
    connection: &Connection,
    sql: &str,
    check: impl Fn(&Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        check(row)?;
    }
    Ok(())
}

fn check_entry(row: &Row<'_>, kind: EntryKind) -> Result<(), StoreError> {
    let reference = reference_of(&row.get::<_, String>(0).map_err(failed)?)?;
    let bytes: Vec<u8> = row.get(2).map_err(failed)?;
    let entry = Entry::new(seq_of(row.get(1).map_err(failed)?)?, bytes);
    kind.check(&reference, &entry, row.get(3).map_err(failed)?)
}
