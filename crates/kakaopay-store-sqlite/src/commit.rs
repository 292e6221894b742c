//! Stores a commit of a payment, inside the transaction of its group.

use std::time::Duration;

use kakaopay_store::sql::{EntryKind, lane_value, message_checksum, seq_of, seq_value};
use kakaopay_store::{
    Commit, Committed, DeadlineChange, OutboxMessage, Seq, Setting, StoreError, StoreErrorKind,
};
use kakaopay_types::{ChargeId, Reference, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use crate::failure::failed;
use crate::outbox::claim_first;
use crate::queue::complete_event;
use crate::settings;
use crate::term::end_of;

/// Stores a commit. After an error its writes must be rolled back by the caller.
pub(crate) fn commit(
    connection: &Connection,
    commit: &Commit,
    lease: Option<Duration>,
    now: Timestamp,
) -> Result<Committed, StoreError> {
    let (payment, found) = find_or_insert_payment(connection, &commit.reference)?;
    if found != commit.expected {
        let expected = commit.expected;
        return Err(StoreErrorKind::Conflict { expected, found }.into());
    }
    if let Some(charge) = &commit.charge {
        bind_charge(connection, payment, charge)?;
    }
    let mut last = found;
    if let Some(bytes) = &commit.entry {
        last = found.next();
        append_entry(connection, (payment, &commit.reference), last, bytes)?;
    }
    if let Some(bytes) = commit.snapshot.as_deref().filter(|_| last > Seq::ZERO) {
        put_snapshot(connection, (payment, &commit.reference), last, bytes)?;
    }
    match commit.deadline {
        DeadlineChange::Keep => {}
        DeadlineChange::In(term) => set_due_in(connection, payment, term, now)?,
        DeadlineChange::Clear => set_due_at(connection, payment, None, now)?,
    }
    let is_open = || Ok::<_, StoreError>(settings::read(connection, Setting::Closed)?.is_none());
    let lease = match lease.filter(|_| commit.entry.is_some() && !commit.messages.is_empty()) {
        Some(lease) if is_open()? => Some(lease),
        _ => None,
    };
    let mut claimed = Vec::new();
    for message in &commit.messages {
        let is_new = enqueue(connection, (payment, &commit.reference), message, now)?;
        if let Some(lease) = lease.filter(|_| is_new) {
            claimed.extend(claim_first(connection, (&commit.reference, message), lease, now)?);
        }
    }
    for event in &commit.completes {
        complete_event(connection, event)?;
    }
    Ok(Committed::new(last, claimed))
}

/// The row of a payment, inserted if there is none, and its last sequence number.
fn find_or_insert_payment(connection: &Connection, reference: &Reference) -> Result<(i64, Seq), StoreError> {
    let mut find =
        connection.prepare_cached("SELECT id, last_seq FROM payment WHERE reference = ?1").map_err(failed)?;
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

fn bind_charge(connection: &Connection, payment: i64, charge: &ChargeId) -> Result<(), StoreError> {
    let owner: Option<i64> = connection
        .prepare_cached("SELECT payment_id FROM charge WHERE charge_id = ?1")
        .and_then(|mut find| find.query_row([charge.as_str()], |row| row.get(0)).optional())
        .map_err(failed)?;
    match owner {
        Some(owner) if owner == payment => Ok(()),
        Some(_) => Err(StoreErrorKind::ChargeConflict.into()),
        None => connection
            .prepare_cached("INSERT INTO charge (charge_id, payment_id) VALUES (?1, ?2)")
            .and_then(|mut insert| insert.execute((charge.as_str(), payment)))
            .map(drop)
            .map_err(failed),
    }
}

pub(crate) fn append_entry(
    connection: &Connection,
    (payment, reference): (i64, &Reference),
    seq: Seq,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let checksum = EntryKind::Entry.checksum(reference, seq, bytes);
    let seq = seq_value(seq)?;
    connection
        .prepare_cached(
            "INSERT INTO journal_entry (payment_id, seq, bytes, checksum) VALUES (?1, ?2, ?3, ?4)",
        )
        .and_then(|mut insert| insert.execute((payment, seq, bytes, checksum)))
        .map_err(failed)?;
    connection
        .prepare_cached("UPDATE payment SET last_seq = ?2 WHERE id = ?1")
        .and_then(|mut update| update.execute((payment, seq)))
        .map(drop)
        .map_err(failed)
}

/// Sets a payment's deadline to so far from now.
pub(crate) fn set_due_in(
    connection: &Connection,
    payment: i64,
    term: Duration,
    now: Timestamp,
) -> Result<(), StoreError> {
    set_due_at(connection, payment, Some(end_of(term, now)), now)
}

/// Sets a payment's deadline in milliseconds since the Unix epoch, or removes it.
fn set_due_at(
    connection: &Connection,
    payment: i64,
    at: Option<i64>,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE payment SET due_at = ?2, due_set_at = ?3, due_claim = -0x4000000000000000
             WHERE id = ?1",
        )
        .and_then(|mut update| update.execute((payment, at, now.unix_millis())))
        .map(drop)
        .map_err(failed)
}

fn put_snapshot(
    connection: &Connection,
    (payment, reference): (i64, &Reference),
    seq: Seq,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let checksum = EntryKind::Snapshot.checksum(reference, seq, bytes);
    let seq = seq_value(seq)?;
    connection
        .prepare_cached(
            "INSERT INTO snapshot (payment_id, seq, bytes, checksum) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (payment_id) DO UPDATE
             SET seq = excluded.seq, bytes = excluded.bytes, checksum = excluded.checksum",
        )
        .and_then(|mut put| put.execute((payment, seq, bytes, checksum)))
        .map(drop)
        .map_err(failed)
}

/// Stores a message, unless its key was stored before. Returns whether it is new.
fn enqueue(
    connection: &Connection,
    (payment, reference): (i64, &Reference),
    message: &OutboxMessage,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (key, lane, body) = (message.key.as_str(), lane_value(message.lane), &*message.body);
    let checksum = message_checksum(reference.as_str(), key, lane, body);
    connection
        .prepare_cached(
            "INSERT INTO outbox_message
                 (idempotency_key, payment_id, lane, body, checksum, stored_at, set_at, is_blocked)
             VALUES (?1, ?2, ?3, ?4, ?6, ?5, ?5, ?3 = 'ordered' AND EXISTS (
                 SELECT 1 FROM outbox_message AS earlier
                 WHERE earlier.payment_id = ?2 AND earlier.visible_at IS NOT NULL AND earlier.lane = 'ordered'
             ))
             ON CONFLICT (idempotency_key) DO NOTHING",
        )
        .and_then(|mut insert| insert.execute((key, payment, lane, body, now.unix_millis(), checksum)))
        .map(|added| added > 0)
        .map_err(failed)
}
