//! One step of one payment, inside a transaction of somebody else's.

use kakaopay_store::{Commit, DeadlineChange, OutboxMessage, Seq, StoreError, StoreErrorKind};
use kakaopay_types::{ChargeId, Reference, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use crate::column::{seq_of, seq_value};
use crate::failure::failed;

/// Stores a step. What it did before an error is for the caller to take back.
pub(crate) fn commit(connection: &Connection, commit: &Commit) -> Result<Seq, StoreError> {
    let (payment, found) = payment(connection, &commit.reference)?;
    if found != commit.expected {
        let expected = commit.expected;
        return Err(StoreErrorKind::Conflict { expected, found }.into());
    }
    if let Some(charge) = &commit.charge {
        bind(connection, payment, charge)?;
    }
    let mut last = found;
    if let Some(bytes) = &commit.entry {
        last = found.next();
        append(connection, payment, last, bytes)?;
    }
    if let Some(bytes) = commit.snapshot.as_deref().filter(|_| last > Seq::ZERO) {
        put_snapshot(connection, payment, last, bytes)?;
    }
    match commit.deadline {
        DeadlineChange::Keep => {}
        DeadlineChange::Set(at) => put_deadline(connection, payment, Some(at.unix_millis()))?,
        DeadlineChange::Clear => put_deadline(connection, payment, None)?,
    }
    for message in &commit.messages {
        enqueue(connection, payment, message, commit.at)?;
    }
    Ok(last)
}

/// The row of a payment, made if there is none, and its last entry.
fn payment(connection: &Connection, reference: &Reference) -> Result<(i64, Seq), StoreError> {
    let mut find =
        connection.prepare_cached("SELECT id, seq FROM payment WHERE reference = ?1").map_err(failed)?;
    let found = find
        .query_row([reference.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(failed)?;
    if let Some((id, seq)) = found {
        return Ok((id, seq_of(seq)?));
    }
    connection
        .prepare_cached("INSERT INTO payment (reference) VALUES (?1)")
        .and_then(|mut insert| insert.insert([reference.as_str()]))
        .map(|id| (id, Seq::ZERO))
        .map_err(failed)
}

fn bind(connection: &Connection, payment: i64, charge: &ChargeId) -> Result<(), StoreError> {
    let owner: Option<i64> = connection
        .prepare_cached("SELECT payment FROM charge WHERE charge = ?1")
        .and_then(|mut find| find.query_row([charge.as_str()], |row| row.get(0)).optional())
        .map_err(failed)?;
    match owner {
        Some(owner) if owner == payment => Ok(()),
        Some(_) => Err(StoreErrorKind::ChargeConflict.into()),
        None => connection
            .prepare_cached("INSERT INTO charge (charge, payment) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((charge.as_str(), payment)))
            .map(drop)
            .map_err(failed),
    }
}

fn append(connection: &Connection, payment: i64, seq: Seq, bytes: &[u8]) -> Result<(), StoreError> {
    let seq = seq_value(seq)?;
    connection
        .prepare_cached("INSERT INTO entry (payment, seq, bytes) VALUES (?1, ?2, ?3)")
        .and_then(|mut insert| insert.execute((payment, seq, bytes)))
        .map_err(failed)?;
    connection
        .prepare_cached("UPDATE payment SET seq = ?2 WHERE id = ?1")
        .and_then(|mut update| update.execute((payment, seq)))
        .map(drop)
        .map_err(failed)
}

/// Puts a payment's deadline there, in milliseconds since the Unix epoch, or takes it away.
pub(crate) fn put_deadline(connection: &Connection, payment: i64, at: Option<i64>) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE payment SET deadline = ?2 WHERE id = ?1")
        .and_then(|mut update| update.execute((payment, at)))
        .map(drop)
        .map_err(failed)
}

fn put_snapshot(connection: &Connection, payment: i64, seq: Seq, bytes: &[u8]) -> Result<(), StoreError> {
    let seq = seq_value(seq)?;
    connection
        .prepare_cached(
            "INSERT INTO snapshot (payment, seq, bytes) VALUES (?1, ?2, ?3)
             ON CONFLICT (payment) DO UPDATE SET seq = excluded.seq, bytes = excluded.bytes",
        )
        .and_then(|mut put| put.execute((payment, seq, bytes)))
        .map(drop)
        .map_err(failed)
}

fn enqueue(
    connection: &Connection,
    payment: i64,
    message: &OutboxMessage,
    at: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO outbox (key, payment, body, stored_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (key) DO NOTHING",
        )
        .and_then(|mut insert| insert.execute((&message.key, payment, &*message.body, at.unix_millis())))
        .map(drop)
        .map_err(failed)
}
