//! Inbox, due payments and jobs, and the rows that can be claimed.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use kakaopay_store::sql::{
    claim_of, claim_value, event_checksum, event_of, limit_value, readable, reference_of,
};
use kakaopay_store::{
    ClaimRequest, ClaimToken, DuePayment, Held, InboxEvent, InsertOutcome, NewInboxEvent, Setting, StoreError,
};
use kakaopay_types::{EventId, Timestamp};
use rusqlite::{Connection, Row};

use crate::failure::failed;
use crate::settings;
use crate::term::end_of;

pub(crate) fn receive(
    connection: &Connection,
    delivery: &NewInboxEvent,
    now: Timestamp,
) -> Result<InsertOutcome, StoreError> {
    if let Some(why) = settings::read(connection, Setting::Closed)? {
        return Ok(InsertOutcome::Closed { why });
    }
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
    let claim = new_claim()?;
    let rows = visible(
        connection,
        "SELECT id, event_id, body, checksum FROM inbox_event
         WHERE visible_at IS NOT NULL AND visible_at <= ?1 ORDER BY id LIMIT ?2",
        (request, now),
        |row| Ok((row.get::<_, i64>(0)?, event(row, claim))),
    )?;
    let mut hide = connection
        .prepare_cached("UPDATE inbox_event SET visible_at = ?2, set_at = ?3, claim = ?4 WHERE id = ?1")
        .map_err(failed)?;
    let mut events = Vec::with_capacity(rows.len());
    for (id, event) in rows {
        let params = (id, end_of(request.lease, now), now.unix_millis(), claim_value(claim));
        hide.execute(params).map_err(failed)?;
        events.extend(readable("webhook", id, event));
    }
    Ok(events)
}

/// A number that no earlier claim has.
fn new_claim() -> Result<ClaimToken, StoreError> {
    // The keys of each hasher are random. The highest bit makes each number 8 bytes long in the file.
    let random = (RandomState::new().hash_one(()) >> 1) | (1 << 62);
    claim_of(i64::try_from(random).unwrap_or_default())
}

/// Reads an event from its id, body and checksum.
fn event(row: &Row<'_>, claim: ClaimToken) -> Result<InboxEvent, StoreError> {
    let id: String = row.get(1).map_err(failed)?;
    let body: Vec<u8> = row.get(2).map_err(failed)?;
    let is_sound = row.get::<_, i64>(3).map_err(failed)? == event_checksum(&id, &body);
    let event = InboxEvent::new(event_of(&id)?, body, claim);
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
) -> Result<Vec<DuePayment>, StoreError> {
    let claim = new_claim()?;
    let rows = visible(
        connection,
        "SELECT id, reference FROM payment
         WHERE due_at IS NOT NULL AND due_at <= ?1 ORDER BY due_at, reference LIMIT ?2",
        (request, now),
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1).map_err(failed))),
    )?;
    let mut lease = connection
        .prepare_cached("UPDATE payment SET due_at = ?2, due_set_at = ?3, due_claim = ?4 WHERE id = ?1")
        .map_err(failed)?;
    let mut due = Vec::with_capacity(rows.len());
    for (payment, reference) in rows {
        let params = (payment, end_of(request.lease, now), now.unix_millis(), claim_value(claim));
        lease.execute(params).map_err(failed)?;
        let reference =
            readable("payment", payment, reference.and_then(|reference| reference_of(&reference)));
        due.extend(reference.map(|reference| DuePayment::new(reference, claim)));
    }
    Ok(due)
}

/// Lets the leases of rows under their claims end in so long.
pub(crate) fn renew(
    connection: &Connection,
    held: &[Held],
    lease: Duration,
    now: Timestamp,
) -> Result<(), StoreError> {
    for held in held {
        let (sql, row, claim) = match held {
            Held::Payment(reference, claim) => (RENEW_PAYMENT, reference.as_str(), claim),
            Held::Event(event, claim) => (RENEW_EVENT, event.as_str(), claim),
            Held::Message(key, claim) => (RENEW_MESSAGE, key.as_str(), claim),
        };
        connection
            .prepare_cached(sql)
            .and_then(|mut update| {
                update.execute((row, claim_value(*claim), end_of(lease, now), now.unix_millis()))
            })
            .map_err(failed)?;
    }
    Ok(())
}

const RENEW_PAYMENT: &str =
    "UPDATE payment SET due_at = ?3, due_set_at = ?4 WHERE reference = ?1 AND due_claim = ?2";

const RENEW_EVENT: &str = "
UPDATE inbox_event SET visible_at = ?3, set_at = ?4
WHERE event_id = ?1 AND claim = ?2 AND visible_at IS NOT NULL";

const RENEW_MESSAGE: &str = "
UPDATE outbox_message SET visible_at = ?3, set_at = ?4
WHERE idempotency_key = ?1 AND claim = ?2 + 0x80000000 AND is_claimed = 1 AND visible_at IS NOT NULL";

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
