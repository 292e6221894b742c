//! Calls that only read.

use kakaopay_store::sql::{
    check_journal, corrupt, find_by_charge, limit_value, seq_of, time_until, timestamp_of,
};
use kakaopay_store::{Backlog, Entry, QueueStats, Seq, StoreError, StoredPayment};
use kakaopay_types::{ChargeId, Reference, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use crate::failure::failed;
use crate::time::count_ahead;

pub(crate) fn journal(connection: &Connection, reference: &Reference) -> Result<Vec<Entry>, StoreError> {
    // One statement, so that the entries and their number are of the same moment.
    let sql = "SELECT payment.last_seq, NULL, NULL, entry.seq, entry.bytes FROM payment
               LEFT JOIN journal_entry AS entry ON entry.payment_id = payment.id
               WHERE payment.reference = ?1 ORDER BY entry.seq";
    read_journal(connection, sql, reference).map(|loaded| loaded.entries)
}

pub(crate) fn load(connection: &Connection, reference: &Reference) -> Result<StoredPayment, StoreError> {
    // One statement again. It repeats the snapshot in each of its rows, of which there are few: SQLite returns
    // the bytes by reference, and they are copied once.
    let sql = "SELECT payment.last_seq, snapshot.seq, snapshot.bytes, entry.seq, entry.bytes FROM payment
               LEFT JOIN snapshot ON snapshot.payment_id = payment.id
               LEFT JOIN journal_entry AS entry
                   ON entry.payment_id = payment.id AND entry.seq > coalesce(snapshot.seq, 0)
               WHERE payment.reference = ?1 ORDER BY entry.seq";
    read_journal(connection, sql, reference)
}

/// Reads rows of: the payment's last sequence number, the snapshot and its sequence number, an entry and its own.
fn read_journal(
    connection: &Connection,
    sql: &str,
    reference: &Reference,
) -> Result<StoredPayment, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let mut rows = statement.query([reference.as_str()]).map_err(failed)?;
    let (mut loaded, mut last) = (StoredPayment::default(), Seq::ZERO);
    let entry = |seq, bytes: Vec<u8>| Ok::<_, StoreError>(Entry::new(seq_of(seq)?, bytes));
    while let Some(row) = rows.next().map_err(failed)? {
        last = seq_of(row.get(0).map_err(failed)?)?;
        if let (None, Some(seq)) = (&loaded.snapshot, row.get(1).map_err(failed)?) {
            loaded.snapshot = Some(entry(seq, row.get(2).map_err(failed)?)?);
        }
        if let Some(seq) = row.get(3).map_err(failed)? {
            loaded.entries.push(entry(seq, row.get(4).map_err(failed)?)?);
        }
    }
    let after = loaded.snapshot.as_ref().map_or(Seq::ZERO, |snapshot| snapshot.seq);
    check_journal(after, &loaded.entries, last)?;
    Ok(loaded)
}

pub(crate) fn list_payments(
    connection: &Connection,
    after: Option<&Reference>,
    limit: usize,
) -> Result<Vec<Reference>, StoreError> {
    // No reference is empty, so that all of them are after that. Text is compared by its bytes here.
    let mut statement = connection
        .prepare_cached("SELECT reference FROM payment WHERE reference > ?1 ORDER BY reference LIMIT ?2")
        .map_err(failed)?;
    let rows = statement
        .query_map((after.map_or("", Reference::as_str), limit_value(limit)), |row| row.get::<_, String>(0))
        .map_err(failed)?;
    rows.map(|row| row.map_err(failed).and_then(|reference| find_by_charge(&reference))).collect()
}

pub(crate) fn payment_of(
    connection: &Connection,
    charge: &ChargeId,
) -> Result<Option<Reference>, StoreError> {
    let found: Option<String> = connection
        .prepare_cached(
            "SELECT reference FROM charge JOIN payment ON payment.id = charge.payment_id
             WHERE charge_id = ?1",
        )
        .and_then(|mut find| find.query_row([charge.as_str()], |row| row.get(0)).optional())
        .map_err(failed)?;
    found.as_deref().map(find_by_charge).transpose()
}

pub(crate) fn next_due_at(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let earliest: Option<i64> = connection
        .prepare_cached(
            "SELECT min(at) FROM (
                 SELECT min(due_at) AS at FROM payment WHERE due_at IS NOT NULL
                 UNION ALL
                 SELECT min(visible_at) FROM inbox_event WHERE visible_at IS NOT NULL
                 UNION ALL
                 SELECT min(visible_at) FROM outbox_message WHERE visible_at IS NOT NULL AND is_blocked = 0
             )",
        )
        .and_then(|mut find| find.query_row([], |row| row.get(0)))
        .map_err(failed)?;
    earliest.map(timestamp_of).transpose()
}

pub(crate) fn backlog(connection: &Connection, now: Timestamp) -> Result<Backlog, StoreError> {
    let waiting = |sql| -> Result<QueueStats, StoreError> {
        let (count, oldest): (i64, Option<i64>) = connection
            .prepare_cached(sql)
            .and_then(|mut find| find.query_row([], |row| Ok((row.get(0)?, row.get(1)?))))
            .map_err(failed)?;
        let age = oldest.map(timestamp_of).transpose()?.map(|oldest| time_until(now, oldest));
        Ok(QueueStats::new(count.unsigned_abs(), age))
    };
    let backlog = Backlog::new(
        waiting("SELECT count(*), min(due_at) FROM payment WHERE due_at IS NOT NULL")?,
        waiting("SELECT count(*), min(received_at) FROM inbox_event WHERE visible_at IS NOT NULL")?,
        waiting("SELECT count(*), min(stored_at) FROM outbox_message WHERE visible_at IS NOT NULL")?,
    );
    Ok(backlog.ahead(count_ahead(connection, now)?))
}

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
        "SELECT count(*) FROM payment WHERE last_seq <> (
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
    )
}
