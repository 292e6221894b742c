//! What only reads.

use kakaopay_ledger::{Entry, Seq, StoreError};
use kakaopay_types::{ChargeId, Reference, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use crate::column::{moment_of, reference_of, seq_of};
use crate::failure::{corrupt, failed};

pub(crate) fn journal(connection: &Connection, reference: &Reference) -> Result<Vec<Entry>, StoreError> {
    // One statement, so that the entries and their number are of the same moment.
    let mut statement = connection
        .prepare_cached(
            "SELECT payment.seq, entry.seq, entry.bytes FROM payment
             LEFT JOIN entry ON entry.payment = payment.id
             WHERE payment.reference = ?1 ORDER BY entry.seq",
        )
        .map_err(failed)?;
    let mut rows = statement.query([reference.as_str()]).map_err(failed)?;
    let mut last = Seq::ZERO;
    let mut entries: Vec<Entry> = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        last = seq_of(row.get(0).map_err(failed)?)?;
        let Some(seq) = row.get(1).map_err(failed)? else {
            break;
        };
        let bytes: Vec<u8> = row.get(2).map_err(failed)?;
        let seq = seq_of(seq)?;
        if seq != entries.last().map_or(Seq::ZERO, |entry| entry.seq).next() {
            return Err(corrupt("an entry of the journal is missing"));
        }
        entries.push(Entry { seq, bytes: bytes.into() });
    }
    if entries.last().map_or(Seq::ZERO, |entry| entry.seq) != last {
        return Err(corrupt("the journal ends before its last entry"));
    }
    Ok(entries)
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
    found.as_deref().map(reference_of).transpose()
}

pub(crate) fn next_wake(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
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
    Ok(())
}
