//! What waits: coming in, being claimed, and being done.

use kakaopay_store::{
    ClaimRequest, ClaimToken, ClaimedMessage, DuePayment, InboxEvent, InsertOutcome, NewInboxEvent,
    StoreError, StoreErrorKind,
};
use kakaopay_types::{EventId, Timestamp};
use rusqlite::{Connection, Row};

use crate::column::{claim_of, event_of, find_by_charge, limit_value, moment_of};
use crate::failure::failed;
use crate::step::put_deadline;

pub(crate) fn receive(
    connection: &Connection,
    delivery: &NewInboxEvent,
) -> Result<InsertOutcome, StoreError> {
    let at = delivery.received_at.unix_millis();
    let added = connection
        .prepare_cached(
            "INSERT INTO inbox (event, body, received_at, visible_at) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT (event) DO NOTHING",
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
        "SELECT arrival, event, body FROM inbox
         WHERE visible_at IS NOT NULL AND visible_at <= ?1 ORDER BY arrival LIMIT ?2",
        lease,
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get(2)?)),
    )?;
    let mut hide =
        connection.prepare_cached("UPDATE inbox SET visible_at = ?2 WHERE arrival = ?1").map_err(failed)?;
    let mut events = Vec::with_capacity(rows.len());
    for (arrival, event, body) in rows {
        hide.execute((arrival, lease.lease_until.unix_millis())).map_err(failed)?;
        let body: Vec<u8> = body;
        events.push(InboxEvent { event: event_of(&event)?, body: body.into() });
    }
    Ok(events)
}

pub(crate) fn complete_event(connection: &Connection, event: &EventId) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE inbox SET visible_at = NULL WHERE event = ?1")
        .and_then(|mut update| update.execute([event.as_str()]))
        .map(drop)
        .map_err(failed)
}

pub(crate) fn claim_due(connection: &Connection, lease: ClaimRequest) -> Result<Vec<DuePayment>, StoreError> {
    let rows = visible(
        connection,
        "SELECT id, reference, deadline FROM payment
         WHERE deadline IS NOT NULL AND deadline <= ?1 ORDER BY deadline, reference LIMIT ?2",
        lease,
        |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?)),
    )?;
    let mut due = Vec::with_capacity(rows.len());
    for (payment, reference, at) in rows {
        put_deadline(connection, payment, Some(lease.lease_until.unix_millis()))?;
        due.push(DuePayment { reference: find_by_charge(&reference)?, at: moment_of(at)? });
    }
    Ok(due)
}

pub(crate) fn claim_messages(
    connection: &Connection,
    lease: ClaimRequest,
) -> Result<Vec<ClaimedMessage>, StoreError> {
    let rows = visible(
        connection,
        "SELECT position, key, reference, body FROM outbox JOIN payment ON payment.id = payment
         WHERE visible_at IS NOT NULL AND visible_at <= ?1 ORDER BY position LIMIT ?2",
        lease,
        |row| {
            let reference: String = row.get(2)?;
            Ok((row.get::<_, i64>(0)?, row.get(1)?, reference, row.get(3)?))
        },
    )?;
    let mut claim = connection
        .prepare_cached(
            "UPDATE outbox SET visible_at = ?2, claims = claims + 1 WHERE position = ?1
             RETURNING claims",
        )
        .map_err(failed)?;
    let mut messages = Vec::with_capacity(rows.len());
    for (position, key, reference, body) in rows {
        let number =
            claim.query_row((position, lease.lease_until.unix_millis()), |row| row.get(0)).map_err(failed)?;
        let body: Vec<u8> = body;
        messages.push(ClaimedMessage {
            key,
            reference: find_by_charge(&reference)?,
            body: body.into(),
            claim: claim_of(number)?,
        });
    }
    Ok(messages)
}

/// Whether a message is marked as told now, or was before under the same claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Now,
    Before,
}

pub(crate) fn complete(connection: &Connection, key: &str, claim: ClaimToken) -> Result<Told, StoreError> {
    // No message was claimed as often as that, nor never.
    let number = i64::try_from(claim.get()).unwrap_or(0);
    let marked = connection
        .prepare_cached(
            "UPDATE outbox SET visible_at = NULL
             WHERE key = ?1 AND claims = ?2 AND claims > 0 AND visible_at IS NOT NULL",
        )
        .and_then(|mut update| update.execute((key, number)))
        .map_err(failed)?;
    if marked > 0 {
        return Ok(Told::Now);
    }
    let was_marked = connection
        .prepare_cached("SELECT 1 FROM outbox WHERE key = ?1 AND claims = ?2 AND claims > 0")
        .and_then(|mut find| find.exists((key, number)))
        .map_err(failed)?;
    if was_marked { Ok(Told::Before) } else { Err(StoreErrorKind::StaleClaim.into()) }
}

pub(crate) fn claim_job(
    connection: &Connection,
    chore: &str,
    lease: ClaimRequest,
) -> Result<bool, StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO chore (chore, due) VALUES (?1, ?3)
             ON CONFLICT (chore) DO UPDATE SET due = excluded.due WHERE due <= ?2",
        )
        .and_then(|mut put| put.execute((chore, lease.now.unix_millis(), lease.lease_until.unix_millis())))
        .map(|claimed| claimed > 0)
        .map_err(failed)
}

pub(crate) fn reschedule_job(connection: &Connection, chore: &str, due: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO chore (chore, due) VALUES (?1, ?2)
             ON CONFLICT (chore) DO UPDATE SET due = excluded.due",
        )
        .and_then(|mut put| put.execute((chore, due.unix_millis())))
        .map(drop)
        .map_err(failed)
}

/// The rows that a lease may claim.
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
