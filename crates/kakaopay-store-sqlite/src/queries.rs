//! Calls that only read.

use kakaopay_store::sql::{
    EntryKind, check_journal, corrupt, limit_value, reference_of, seq_of, time_until, timestamp_of,
};
use kakaopay_store::{Backlog, Entry, QueueStats, Seq, Setting, StoreError, StoredPayment};
use kakaopay_types::{ChargeId, Reference, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::failure::failed;
use crate::settings;
use crate::time::count_ahead;

pub(crate) fn journal(connection: &Connection, reference: &Reference) -> Result<Vec<Entry>, StoreError> {
    // One statement, so that the entries and their number are of the same moment.
    let sql = "SELECT payment.last_seq, NULL, NULL, NULL, entry.seq, entry.bytes, entry.checksum, pruned_to
               FROM payment
               LEFT JOIN journal_entry AS entry ON entry.payment_id = payment.id
               WHERE payment.reference = ?1 ORDER BY entry.seq";
    read_journal(connection, sql, reference).map(|loaded| loaded.entries)
}

pub(crate) fn load(connection: &Connection, reference: &Reference) -> Result<StoredPayment, StoreError> {
    // One statement again. It repeats the snapshot in each of its rows, of which there are few: SQLite returns
    // the bytes by reference, and they are copied once.
    let sql = "SELECT payment.last_seq, snapshot.seq, snapshot.bytes, snapshot.checksum,
                   entry.seq, entry.bytes, entry.checksum, pruned_to
               FROM payment
               LEFT JOIN snapshot ON snapshot.payment_id = payment.id
               LEFT JOIN journal_entry AS entry
                   ON entry.payment_id = payment.id AND entry.seq > coalesce(snapshot.seq, 0)
               WHERE payment.reference = ?1 ORDER BY entry.seq";
    let loaded = read_journal(connection, sql, reference)?;
    let is_payment = loaded.snapshot.is_some() || !loaded.entries.is_empty();
    let charges = if is_payment { Vec::new() } else { charges_of(connection, reference)? };
    let setting = |setting| settings::read(connection, setting);
    Ok(loaded.charges(charges).closed(setting(Setting::Closed)?).suspect(setting(Setting::Suspect)?))
}

/// Reads rows of: the payment's last sequence number; the snapshot's sequence number, bytes and checksum; those of an
/// entry; the last one that was pruned.
fn read_journal(
    connection: &Connection,
    sql: &str,
    reference: &Reference,
) -> Result<StoredPayment, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let mut rows = statement.query([reference.as_str()]).map_err(failed)?;
    let (mut loaded, mut last, mut pruned_to) = (StoredPayment::default(), Seq::ZERO, Seq::ZERO);
    let read = |row: &Row<'_>, kind: EntryKind, column: usize| {
        let Some(seq) = row.get(column).map_err(failed)? else { return Ok(None) };
        let bytes: Vec<u8> = row.get(column + 1).map_err(failed)?;
        let entry = Entry::new(seq_of(seq)?, bytes);
        kind.check(reference, &entry, row.get(column + 2).map_err(failed)?)?;
        Ok::<_, StoreError>(Some(entry))
    };
    while let Some(row) = rows.next().map_err(failed)? {
        last = seq_of(row.get(0).map_err(failed)?)?;
        pruned_to = seq_of(row.get(7).map_err(failed)?)?;
        if loaded.snapshot.is_none() {
            loaded.snapshot = read(row, EntryKind::Snapshot, 1)?;
        }
        loaded.entries.extend(read(row, EntryKind::Entry, 4)?);
    }
    let after = loaded.snapshot.as_ref().map_or(pruned_to, |snapshot| snapshot.seq);
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
        .prepare_cached(
            "SELECT reference FROM payment WHERE reference > ?1 AND last_seq > 0 ORDER BY reference LIMIT ?2",
        )
        .map_err(failed)?;
    let rows = statement
        .query_map((after.map_or("", Reference::as_str), limit_value(limit)), |row| row.get::<_, String>(0))
        .map_err(failed)?;
    rows.map(|row| row.map_err(failed).and_then(|reference| reference_of(&reference))).collect()
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
    found.as_deref().map(reference_of).transpose()
}

pub(crate) fn charges_of(
    connection: &Connection,
    reference: &Reference,
) -> Result<Vec<ChargeId>, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT charge_id FROM charge JOIN payment ON payment.id = charge.payment_id
             WHERE reference = ?1 ORDER BY charge_id",
        )
        .map_err(failed)?;
    let rows = statement.query_map([reference.as_str()], |row| row.get::<_, String>(0)).map_err(failed)?;
    rows.map(|row| row.map_err(failed).and_then(|charge| ChargeId::parse(&charge).map_err(corrupt))).collect()
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
