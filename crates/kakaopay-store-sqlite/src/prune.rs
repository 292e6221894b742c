//! Replaces the history of a payment, and removes old webhook events.

use std::time::Duration;

use kakaopay_store::sql::{limit_value, seq_of, seq_value, term_millis};
use kakaopay_store::{Prune, PruneOutcome, PrunedEvents, Seq, StoreError, StoreErrorKind};
use kakaopay_types::{Reference, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use crate::commit::append_entry;
use crate::failure::failed;

/// Replaces the history of a payment. After an error its writes must be rolled back by the caller.
pub(crate) fn prune(connection: &Connection, prune: &Prune) -> Result<PruneOutcome, StoreError> {
    let Prune { reference, expected, entry, .. } = prune;
    let found: Option<(i64, i64, bool)> = connection
        .prepare_cached(
            "SELECT id, last_seq, due_at IS NOT NULL OR EXISTS (
                 SELECT 1 FROM outbox_message WHERE payment_id = payment.id AND visible_at IS NOT NULL
                     AND idempotency_key > ?1 || '/' AND idempotency_key < ?1 || '0'
             ) FROM payment WHERE reference = ?1",
        )
        .and_then(|mut find| {
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            find.query_row([reference.as_str()], read).optional()
        })
        .map_err(failed)?;
    let last = found.map_or(Ok(Seq::ZERO), |(_, last, _)| seq_of(last))?;
    let Some((payment, _, is_waiting)) = found.filter(|_| last == *expected && last > Seq::ZERO) else {
        return Err(StoreErrorKind::Conflict { expected: *expected, found: last }.into());
    };
    if is_waiting {
        return Ok(PruneOutcome::Waiting);
    }
    append_entry(connection, (payment, reference), expected.next(), entry)?;
    // The entries that it names can be deleted, and no others.
    let seq = seq_value(*expected)?;
    connection
        .prepare_cached("UPDATE payment SET pruned_to = ?2 WHERE id = ?1")
        .and_then(|mut update| update.execute((payment, seq)))
        .map_err(failed)?;
    connection
        .prepare_cached("DELETE FROM journal_entry WHERE payment_id = ?1 AND seq <= ?2")
        .and_then(|mut remove| remove.execute((payment, seq)))
        .map_err(failed)?;
    connection
        .prepare_cached("DELETE FROM snapshot WHERE payment_id = ?1")
        .and_then(|mut remove| remove.execute([payment]))
        .map_err(failed)?;
    // By the index of the keys, in which `0` comes next to `/`.
    connection
        .prepare_cached(
            "DELETE FROM outbox_message WHERE idempotency_key > ?1 || '/' AND idempotency_key < ?1 || '0'
             AND payment_id = ?2",
        )
        .and_then(|mut remove| remove.execute((reference.as_str(), payment)))
        .map_err(failed)?;
    Ok(PruneOutcome::Pruned)
}

/// Lets the journal of a payment that has none begin behind an entry that was pruned.
pub(crate) fn begin_behind(
    connection: &Connection,
    reference: &Reference,
    pruned_to: Seq,
) -> Result<(), StoreError> {
    if pruned_to == Seq::ZERO {
        return Ok(());
    }
    let seq = seq_value(pruned_to)?;
    connection
        .prepare_cached(
            "UPDATE payment SET last_seq = ?2, pruned_to = ?2 WHERE reference = ?1 AND last_seq = 0",
        )
        .and_then(|mut update| update.execute((reference.as_str(), seq)))
        .map(drop)
        .map_err(failed)
}

/// Removes completed events that are so old, of some behind a position.
pub(crate) fn prune_events(
    connection: &Connection,
    age: Duration,
    (after, limit): (u64, usize),
    now: Timestamp,
) -> Result<PrunedEvents, StoreError> {
    let latest = now.unix_millis().saturating_sub(term_millis(age));
    let (after, limit) = (i64::try_from(after).unwrap_or(i64::MAX), limit_value(limit));
    let (seen, last): (i64, Option<i64>) = connection
        .prepare_cached(
            "SELECT count(*), max(id) FROM (SELECT id FROM inbox_event WHERE id > ?1 ORDER BY id LIMIT ?2)",
        )
        .and_then(|mut find| find.query_row((after, limit), |row| Ok((row.get(0)?, row.get(1)?))))
        .map_err(failed)?;
    let Some(last) = last else { return Ok(PrunedEvents::default()) };
    let removed = connection
        .prepare_cached(
            "DELETE FROM inbox_event WHERE id > ?1 AND id <= ?2 AND visible_at IS NULL AND received_at <= ?3",
        )
        .and_then(|mut remove| remove.execute((after, last, latest)))
        .map_err(failed)?;
    Ok(PrunedEvents::new(removed as u64, (seen == limit).then_some(last.unsigned_abs())))
}
