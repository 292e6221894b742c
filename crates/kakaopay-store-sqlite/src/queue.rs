//! Inbox, due payments and jobs, and the rows that can be claimed.

use std::time::Duration;

use kakaopay_store::sql::{event_checksum, event_of, limit_value, readable, reference_of};
use kakaopay_store::{ClaimRequest, InboxEvent, InsertOutcome, NewInboxEvent, StoreError};
use kakaopay_types::{EventId, Reference, Timestamp};
use rusqlite::{Connection, Row};

use crate::commit::set_due_in;
use crate::failure::failed;
use crate::term::end_of;

pub(crate) fn receive(
    connection: &Connection,
    delivery: &NewInboxEvent,
    now: Timestamp,
) -> Result<InsertOutcome, StoreError> {
    let event = delivery.event.as_str();
    let checksum = event_checksum(event, &delivery.body);
    let added = connection
        .prepare_cached(
            "INSERT INTO inbox_event (event_id, body, checksum, received_at, visible_at, set_at)
             VALUES (?1, ?2, ?3, ?4, ?4, ?4)
             ON CONFLICT (event_id) DO NOTHING",
        )
        .and_then(|mut insert| insert.execute((event, &*delivery.body, checksum, now.unix_millis())))
        .map_err(failed)?;
    Ok(if added == 0 { InsertOutcome::Duplicate } else { InsertOutcome::Inserted })
}

pub(crate) fn claim_events(
    connection: &Connection,
    request: ClaimRequest,
    now: Timestamp,
) -> Result<Vec<InboxEvent>, StoreError> {
    let rows = visible(
        connection,
        "SELECT id, event_id, body, checksum FROM inbox_event
         WHERE visible_at IS NOT NULL AND visible_at <= ?1 ORDER BY id LIMIT ?2",
        (request, now),
        |row| Ok((row.get::<_, i64>(0)?, event(row))),
    )?;
    let mut hide = connection
        .prepare_cached("UPDATE inbox_event SET visible_at = ?2, set_at = ?3 WHERE id = ?1")
        .map_err(failed)?;
    let mut events = Vec::with_capacity(rows.len());
    for (id, event) in rows {
        hide.execute((id, end_of(request.lease, now), now.unix_millis())).map_err(failed)?;
        events.extend(readable("webhook", id, event));
    }
    Ok(events)
}

/// Reads an event from its id, body and checksum.
fn event(row: &Row<'_>) -> Result<InboxEvent, StoreError> {
    let id: String = row.get(1).map_err(failed)?;
    let body: Vec<u8> = row.get(2).map_err(failed)?;
    let is_sound = row.get::<_, i64>(3).map_err(failed)? == event_checksum(&id, &body);
    let event = InboxEvent::new(event_of(&id)?, body);
    Ok(if is_sound { event } else { event.damaged() })
}

pub(crate) fn complete_event(connection: &Connection, event: &EventId) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE inbox_event SET visible_at = NULL, body = x'' WHERE event_id = ?1")
        .and_then(|mut update| update.execute([event.as_str()]))
        .map(drop)
        .map_err(failed)
}

pub(crate) fn claim_due(
    connection: &Connection,
    request: ClaimRequest,
    now: Timestamp,
) -> Result<Vec<Reference>, StoreError> {
    let rows = visible(
        connection,
        "SELECT id, reference FROM payment
         WHERE due_at IS NOT NULL AND due_at <= ?1 ORDER BY due_at, reference LIMIT ?2",
        (request, now),
        |row| Ok((row.get(0)?, row.get::<_, String>(1).map_err(failed))),
    )?;
    let mut due = Vec::with_capacity(rows.len());
    for (payment, reference) in rows {
        set_due_in(connection, payment, request.lease, now)?;
        due.extend(readable("payment", payment, reference.and_then(|reference| reference_of(&reference))));
    }
    Ok(due)
}

pub(crate) fn claim_job(
    connection: &Connection,
    job: &str,
    request: ClaimRequest,
    now: Timestamp,
) -> Result<bool, StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO job (name, due_at, set_at) VALUES (?1, ?3, ?2)
             ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at, set_at = excluded.set_at
             WHERE due_at <= ?2",
        )
        .and_then(|mut put| put.execute((job, now.unix_millis(), end_of(request.lease, now))))
        .map(|claimed| claimed > 0)
        .map_err(failed)
}

pub(crate) fn reschedule_job(
    connection: &Connection,
    job: &str,
    due_in: Duration,
    now: Timestamp,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO job (name, due_at, set_at) VALUES (?1, ?3, ?2)
             ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at, set_at = excluded.set_at",
        )
        .and_then(|mut put| put.execute((job, now.unix_millis(), end_of(due_in, now))))
        .map(drop)
        .map_err(failed)
}

/// The rows that can be claimed.
pub(crate) fn visible<T>(
    connection: &Connection,
    sql: &str,
    (request, now): (ClaimRequest, Timestamp),
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let rows = statement.query_map((now.unix_millis(), limit_value(request.limit)), read).map_err(failed)?;
    rows.collect::<Result<_, _>>().map_err(failed)
}
