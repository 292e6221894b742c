//! Inbox, outbox, due payments and jobs.

use kakaopay_store::sql::{claim_of, claim_value, event_of, find_by_charge, limit_value, timestamp_of};
use kakaopay_store::{
    ClaimRequest, ClaimToken, ClaimedMessage, DuePayment, InboxEvent, InsertOutcome, NewInboxEvent,
    StoreError, StoreErrorKind,
};
use kakaopay_types::{EventId, Timestamp};
use rusqlite::{Connection, Row};

use crate::commit::set_due_at;
use crate::failure::failed;

pub(crate) fn receive(
    connection: &Connection,
    delivery: &NewInboxEvent,
) -> Result<InsertOutcome, StoreError> {
    let at = delivery.received_at.unix_millis();
    let added = connection
        .prepare_cached(
            "INSERT INTO inbox_event (event_id, body, received_at, visible_at) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT (event_id) DO NOTHING",
        )
        .and_then(|mut insert| insert.execute((delivery.event.as_str(), &*delivery.body, at)))
        .map_err(failed)?;
    Ok(if added == 0 { InsertOutcome::Duplicate } else { InsertOutcome::Inserted })
}

pub(crate) fn claim_events(
    connection: &Connection,
    lease: ClaimRequest,
) -> Result<Vec<InboxEvent>, StoreError> {
    let rows = visible(
        connection,
        "SELECT id, event_id, body FROM inbox_event
         WHERE visible_at IS NOT NULL AND visible_at <= ?1 ORDER BY id LIMIT ?2",
        lease,
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get(2)?)),
    )?;
    let mut hide =
        connection.prepare_cached("UPDATE inbox_event SET visible_at = ?2 WHERE id = ?1").map_err(failed)?;
    let mut events = Vec::with_capacity(rows.len());
    for (id, event, body) in rows {
        hide.execute((id, lease.lease_until.unix_millis())).map_err(failed)?;
        let body: Vec<u8> = body;
        events.push(InboxEvent::new(event_of(&event)?, body));
    }
    Ok(events)
}

pub(crate) fn complete_event(connection: &Connection, event: &EventId) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE inbox_event SET visible_at = NULL WHERE event_id = ?1")
        .and_then(|mut update| update.execute([event.as_str()]))
        .map(drop)
        .map_err(failed)
}

pub(crate) fn claim_due(connection: &Connection, lease: ClaimRequest) -> Result<Vec<DuePayment>, StoreError> {
    let rows = visible(
        connection,
        "SELECT id, reference, due_at FROM payment
         WHERE due_at IS NOT NULL AND due_at <= ?1 ORDER BY due_at, reference LIMIT ?2",
        lease,
        |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)),
    )?;
    let mut due = Vec::with_capacity(rows.len());
    for (payment, reference, at) in rows {
        set_due_at(connection, payment, Some(lease.lease_until.unix_millis()))?;
        due.push(DuePayment::new(find_by_charge(&reference)?, timestamp_of(at)?));
    }
    Ok(due)
}

pub(crate) fn claim_messages(
    connection: &Connection,
    lease: ClaimRequest,
) -> Result<Vec<ClaimedMessage>, StoreError> {
    let rows = visible(
        connection,
        "SELECT message.id, idempotency_key, reference, body
         FROM outbox_message AS message JOIN payment ON payment.id = message.payment_id
         WHERE visible_at IS NOT NULL AND visible_at <= ?1 ORDER BY message.id LIMIT ?2",
        lease,
        |row| {
            let reference: String = row.get(2)?;
            Ok((row.get::<_, i64>(0)?, row.get(1)?, reference, row.get(3)?))
        },
    )?;
    let mut claim = connection
        .prepare_cached(
            "UPDATE outbox_message SET visible_at = ?2, claims = claims + 1 WHERE id = ?1
             RETURNING claims",
        )
        .map_err(failed)?;
    let mut messages = Vec::with_capacity(rows.len());
    for (id, key, reference, body) in rows {
        let number =
            claim.query_row((id, lease.lease_until.unix_millis()), |row| row.get(0)).map_err(failed)?;
        let body: Vec<u8> = body;
        messages.push(ClaimedMessage::new(key, find_by_charge(&reference)?, body, claim_of(number)?));
    }
    Ok(messages)
}

/// Whether a message is completed now, or was before under the same claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Completion {
    Completed,
    AlreadyCompleted,
}

pub(crate) fn complete(
    connection: &Connection,
    key: &str,
    claim: ClaimToken,
) -> Result<Completion, StoreError> {
    let number = claim_value(claim);
    let marked = connection
        .prepare_cached(
            "UPDATE outbox_message SET visible_at = NULL
             WHERE idempotency_key = ?1 AND claims = ?2 AND claims > 0 AND visible_at IS NOT NULL",
        )
        .and_then(|mut update| update.execute((key, number)))
        .map_err(failed)?;
    if marked > 0 {
        return Ok(Completion::Completed);
    }
    let was_marked = connection
        .prepare_cached(
            "SELECT 1 FROM outbox_message WHERE idempotency_key = ?1 AND claims = ?2 AND claims > 0",
        )
        .and_then(|mut find| find.exists((key, number)))
        .map_err(failed)?;
    if was_marked { Ok(Completion::AlreadyCompleted) } else { Err(StoreErrorKind::StaleClaim.into()) }
}

pub(crate) fn claim_job(
    connection: &Connection,
    chore: &str,
    lease: ClaimRequest,
) -> Result<bool, StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO job (name, due_at) VALUES (?1, ?3)
             ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE due_at <= ?2",
        )
        .and_then(|mut put| put.execute((chore, lease.now.unix_millis(), lease.lease_until.unix_millis())))
        .map(|claimed| claimed > 0)
        .map_err(failed)
}

pub(crate) fn reschedule_job(connection: &Connection, chore: &str, due: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO job (name, due_at) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at",
        )
        .and_then(|mut put| put.execute((chore, due.unix_millis())))
        .map(drop)
        .map_err(failed)
}

/// The rows that can be claimed.
fn visible<T>(
    connection: &Connection,
    sql: &str,
    lease: ClaimRequest,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let rows =
        statement.query_map((lease.now.unix_millis(), limit_value(lease.limit)), read).map_err(failed)?;
    rows.collect::<Result<_, _>>().map_err(failed)
}
