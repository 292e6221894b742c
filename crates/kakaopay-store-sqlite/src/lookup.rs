//! What only reads.

use kakaopay_store::{Backlog, Entry, QueueStats, Seq, StoreError, StoredPayment};
use kakaopay_types::{ChargeId, Reference, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use crate::column::{find_by_charge, limit_value, moment_of, seq_of};
use crate::failure::{corrupt, failed};

pub(crate) fn journal(connection: &Connection, reference: &Reference) -> Result<Vec<Entry>, StoreError> {
    // One statement, so that the entries and their number are of the same moment.
    let sql = "SELECT payment.seq, NULL, NULL, entry.seq, entry.bytes FROM payment
               LEFT JOIN entry ON entry.payment = payment.id
               WHERE payment.reference = ?1 ORDER BY entry.seq";
    read_journal(connection, sql, reference).map(|loaded| loaded.entries)
}

pub(crate) fn load(connection: &Connection, reference: &Reference) -> Result<StoredPayment, StoreError> {
    // One statement again. The snapshot stands in each of its rows, of which there are few: SQLite hands
    // out the bytes where they lie, and they are copied once.
    let sql = "SELECT payment.seq, snapshot.seq, snapshot.bytes, entry.seq, entry.bytes FROM payment
               LEFT JOIN snapshot ON snapshot.payment = payment.id
               LEFT JOIN entry ON entry.payment = payment.id AND entry.seq > coalesce(snapshot.seq, 0)
               WHERE payment.reference = ?1 ORDER BY entry.seq";
    read_journal(connection, sql, reference)
}

/// Reads rows of: the last entry, the snapshot and the entry it speaks of, an entry.
fn read_journal(
    connection: &Connection,
    sql: &str,
    reference: &Reference,
) -> Result<StoredPayment, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let mut rows = statement.query([reference.as_str()]).map_err(failed)?;
    let mut loaded = StoredPayment::default();
    let (mut last, mut seen) = (Seq::ZERO, Seq::ZERO);
    while let Some(row) = rows.next().map_err(failed)? {
        last = seq_of(row.get(0).map_err(failed)?)?;
        if let (None, Some(seq)) = (&loaded.snapshot, row.get(1).map_err(failed)?) {
            seen = seq_of(seq)?;
            let bytes: Vec<u8> = row.get(2).map_err(failed)?;
            loaded.snapshot = Some(Entry { seq: seen, bytes: bytes.into() });
        }
        let Some(seq) = row.get(3).map_err(failed)? else { break };
        let (seq, bytes): (_, Vec<u8>) = (seq_of(seq)?, row.get(4).map_err(failed)?);
        if seq != seen.next() {
            return Err(corrupt("an entry of the journal is missing"));
        }
        seen = seq;
        loaded.entries.push(Entry { seq, bytes: bytes.into() });
    }
    if seen != last {
        return Err(corrupt("the journal ends before its last entry"));
    }
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
            "SELECT reference FROM charge JOIN payment ON payment.id = charge.payment
             WHERE charge = ?1",
        )
        .and_then(|mut find| find.query_row([charge.as_str()], |row| row.get(0)).optional())
        .map_err(failed)?;
    found.as_deref().map(find_by_charge).transpose()
}

pub(crate) fn next_due_at(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let earliest: Option<i64> = connection
        .prepare_cached(
            "SELECT min(at) FROM (
                 SELECT min(deadline) AS at FROM payment WHERE deadline IS NOT NULL
                 UNION ALL
                 SELECT min(visible_at) FROM inbox WHERE visible_at IS NOT NULL
                 UNION ALL
                 SELECT min(visible_at) FROM outbox WHERE visible_at IS NOT NULL
             )",
        )
        .and_then(|mut find| find.query_row([], |row| row.get(0)))
        .map_err(failed)?;
    earliest.map(moment_of).transpose()
}

pub(crate) fn backlog(connection: &Connection) -> Result<Backlog, StoreError> {
    let waiting = |sql| -> Result<QueueStats, StoreError> {
        let (count, oldest): (i64, Option<i64>) = connection
            .prepare_cached(sql)
            .and_then(|mut find| find.query_row([], |row| Ok((row.get(0)?, row.get(1)?))))
            .map_err(failed)?;
        Ok(QueueStats { count: count.unsigned_abs(), oldest: oldest.map(moment_of).transpose()? })
    };
    Ok(Backlog {
        deadlines: waiting("SELECT count(*), min(deadline) FROM payment WHERE deadline IS NOT NULL")?,
        inbox: waiting("SELECT count(*), min(received_at) FROM inbox WHERE visible_at IS NOT NULL")?,
        outbox: waiting("SELECT count(*), min(stored_at) FROM outbox WHERE visible_at IS NOT NULL")?,
    })
}

/// Reads the whole file and looks for what SQLite or this crate would never have written.
pub(crate) fn integrity_check(connection: &Connection) -> Result<(), StoreError> {
    let first: String =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(failed)?;
    if first != "ok" {
        return Err(corrupt(first));
    }
    let orphans: i64 = connection
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0))
        .map_err(failed)?;
    if orphans != 0 {
        return Err(corrupt(format!("{orphans} rows belong to no payment")));
    }
    let torn: i64 = connection
        .query_row(
            "SELECT count(*) FROM payment WHERE seq <> (
                 SELECT count(*) FROM entry WHERE entry.payment = payment.id
             ) OR seq <> (
                 SELECT coalesce(max(seq), 0) FROM entry WHERE entry.payment = payment.id
             )",
            [],
            |row| row.get(0),
        )
        .map_err(failed)?;
    if torn != 0 {
        return Err(corrupt(format!("the journals of {torn} payments have gaps")));
    }
    let ahead: i64 = connection
        .query_row(
            "SELECT count(*) FROM snapshot JOIN payment ON payment.id = payment WHERE snapshot.seq > payment.seq",
            [],
            |row| row.get(0),
        )
        .map_err(failed)?;
    if ahead != 0 {
        return Err(corrupt(format!("{ahead} snapshots are ahead of their journals")));
    }
    Ok(())
}
