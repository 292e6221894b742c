//! Rows as they are copied to another store, and from another.

use kakaopay_store::sql::{
    check_row, corrupt, event_checksum, event_of, failures_of, lane_value, limit_value, message_checksum,
    reference_of, seq_of, term_millis, time_until, timestamp_of,
};
use kakaopay_store::{
    Commit, DeadlineChange, Lane, MessageState, OutboxMessage, Row, RowKind, Seq, Skip, StoreError,
    StoredMessage,
};
use kakaopay_types::Timestamp;
use rusqlite::{Connection, Row as SqlRow};

use crate::commit::commit;
use crate::failure::failed;
use crate::prune::begin_behind;
use crate::queue::reschedule_job;
use crate::term::end_of;

const PAYMENTS: &str =
    "SELECT id, reference, last_seq, due_at, pruned_to FROM payment WHERE id > ?1 ORDER BY id LIMIT ?2";
const EVENTS: &str = "SELECT id, event_id, body, checksum, received_at, visible_at FROM inbox_event
     WHERE id > ?1 ORDER BY id LIMIT ?2";
const MESSAGES: &str =
    "SELECT message.id, reference, idempotency_key, lane, body, checksum, stored_at, claim - 0x80000000,
         failures, visible_at, skipped_by, skipped_why, skipped_at
     FROM outbox_message AS message JOIN payment ON payment.id = message.payment_id
     WHERE message.id > ?1 ORDER BY message.id LIMIT ?2";
const JOBS: &str = "SELECT position, name, due_at FROM (
         SELECT row_number() OVER (ORDER BY name) AS position, name, due_at FROM job
     ) WHERE position > ?1 ORDER BY position LIMIT ?2";

/// Reads a row at a time of the store's clock.
type ReadRow = fn(&SqlRow<'_>, Timestamp) -> Result<Row, StoreError>;

/// Rows of one kind behind a position.
pub(crate) fn read(
    connection: &Connection,
    kind: RowKind,
    (after, limit): (u64, usize),
    now: Timestamp,
) -> Result<Vec<(u64, Row)>, StoreError> {
    let (sql, row): (_, ReadRow) = match kind {
        RowKind::Payment => (PAYMENTS, payment),
        RowKind::Event => (EVENTS, event),
        RowKind::Message => (MESSAGES, message),
        RowKind::Job => (JOBS, job),
    };
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let mut found = statement.query((after, limit_value(limit))).map_err(failed)?;
    let mut rows = Vec::new();
    while let Some(next) = found.next().map_err(failed)? {
        let position: i64 = next.get(0).map_err(failed)?;
        rows.push((position.unsigned_abs(), row(next, now)?));
    }
    Ok(rows)
}

fn payment(row: &SqlRow<'_>, now: Timestamp) -> Result<Row, StoreError> {
    let reference = reference_of(&row.get::<_, String>(1).map_err(failed)?)?;
    let last = seq_of(row.get(2).map_err(failed)?)?;
    let due_at: Option<i64> = row.get(3).map_err(failed)?;
    let due_in = due_at.map(timestamp_of).transpose()?.map(|due| time_until(due, now));
    Ok(Row::Payment { reference, last, pruned_to: seq_of(row.get(4).map_err(failed)?)?, due_in })
}

fn event(row: &SqlRow<'_>, now: Timestamp) -> Result<Row, StoreError> {
    let (id, body): (String, Vec<u8>) = (row.get(1).map_err(failed)?, row.get(2).map_err(failed)?);
    let visible_at: Option<i64> = row.get(5).map_err(failed)?;
    if visible_at.is_some() {
        check_row(|| format!("event {id}"), row.get(3).map_err(failed)?, event_checksum(&id, &body))?;
    }
    let age = time_until(now, timestamp_of(row.get(4).map_err(failed)?)?);
    let due_in = visible_at.map(timestamp_of).transpose()?.map(|due| time_until(due, now));
    Ok(Row::Event { event: event_of(&id)?, body: body.into(), age, due_in })
}

fn message(row: &SqlRow<'_>, now: Timestamp) -> Result<Row, StoreError> {
    let text = |column: usize| row.get::<_, String>(column).map_err(failed);
    let (reference, key, lane, body) = (text(1)?, text(2)?, text(3)?, row.get::<_, Vec<u8>>(4));
    let body = body.map_err(failed)?;
    let checksum = message_checksum(&reference, &key, &lane, &body);
    check_row(|| format!("message {key}"), row.get(5).map_err(failed)?, checksum)?;
    let lane = [Lane::Ordered, Lane::Alert].into_iter().find(|known| lane_value(*known) == lane);
    let lane = lane.ok_or_else(|| corrupt("an unknown lane"))?;
    let age = time_until(now, timestamp_of(row.get(6).map_err(failed)?)?);
    let claim: i64 = row.get(7).map_err(failed)?;
    let visible_at: Option<i64> = row.get(9).map_err(failed)?;
    let skipped_at: Option<i64> = row.get(12).map_err(failed)?;
    let state = match (visible_at, skipped_at) {
        (Some(due), _) => MessageState::Pending { due_in: time_until(timestamp_of(due)?, now) },
        (None, Some(at)) => {
            MessageState::Skipped { skip: Skip::new(text(10)?, text(11)?), at: timestamp_of(at)? }
        }
        (None, None) => MessageState::Completed,
    };
    Ok(Row::Message(StoredMessage {
        reference: reference_of(&reference)?,
        message: OutboxMessage::new(key, body).lane(lane),
        age,
        claim: claim.unsigned_abs(),
        failures: failures_of(row.get(8).map_err(failed)?)?,
        state,
    }))
}

fn job(row: &SqlRow<'_>, now: Timestamp) -> Result<Row, StoreError> {
    let due_at = timestamp_of(row.get(2).map_err(failed)?)?;
    Ok(Row::Job { name: row.get(1).map_err(failed)?, due_in: time_until(due_at, now) })
}

/// Inserts rows of another store, in their order.
pub(crate) fn insert(connection: &Connection, rows: &[Row], now: Timestamp) -> Result<(), StoreError> {
    for row in rows {
        match row {
            Row::Payment { reference, pruned_to, due_in, .. } => {
                let deadline = due_in.map_or(DeadlineChange::Keep, DeadlineChange::In);
                let step = Commit::new(reference.clone(), Seq::ZERO).deadline(deadline);
                commit(connection, &step, None, now).map(drop)?;
                begin_behind(connection, reference, *pruned_to)?;
            }
            Row::Event { event, body, age, due_in } => {
                let (event, received_at) =
                    (event.as_str(), now.unix_millis().saturating_sub(term_millis(*age)));
                let visible_at = due_in.map(|due_in| end_of(due_in, now));
                let checksum = event_checksum(event, body);
                let sql =
                    "INSERT INTO inbox_event (event_id, body, checksum, received_at, visible_at, set_at)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
                connection
                    .prepare_cached(sql)
                    .and_then(|mut insert| {
                        insert.execute((event, &**body, checksum, received_at, visible_at, now.unix_millis()))
                    })
                    .map_err(failed)?;
            }
            Row::Message(message) => insert_message(connection, message, now)?,
            Row::Job { name, due_in } => reschedule_job(connection, name, *due_in, now)?,
        }
    }
    Ok(())
}

fn insert_message(connection: &Connection, row: &StoredMessage, now: Timestamp) -> Result<(), StoreError> {
    let StoredMessage { reference, message, age, claim, failures, state } = row;
    let (key, lane) = (message.key.as_str(), lane_value(message.lane));
    let checksum = message_checksum(reference.as_str(), key, lane, &message.body);
    let stored_at = now.unix_millis().saturating_sub(term_millis(*age));
    let (visible_at, skip, skipped_at) = match state {
        MessageState::Pending { due_in } => (Some(end_of(*due_in, now)), None, None),
        MessageState::Completed => (None, None, None),
        MessageState::Skipped { skip, at } => (None, Some(skip), Some(at.unix_millis())),
    };
    let claim = i64::try_from(*claim).map_err(corrupt)?;
    connection
        .prepare_cached(
            "INSERT INTO outbox_message
                 (idempotency_key, payment_id, lane, body, checksum, stored_at, set_at, claim, failures, visible_at,
                  skipped_by, skipped_why, skipped_at, is_blocked)
             SELECT ?1, payment.id, ?3, ?4, ?5, ?6, ?7, ?8 + 0x80000000, ?9, ?10, ?11, ?12, ?13,
                 ?10 IS NOT NULL AND ?3 = 'ordered' AND EXISTS (
                     SELECT 1 FROM outbox_message AS earlier WHERE earlier.payment_id = payment.id
                     AND earlier.visible_at IS NOT NULL AND earlier.lane = 'ordered'
                 )
             FROM payment WHERE payment.reference = ?2",
        )
        .and_then(|mut insert| {
            insert.execute(rusqlite::params![
                key,
                reference.as_str(),
                lane,
                &*message.body,
                checksum,
                stored_at,
                now.unix_millis(),
                claim,
                failures,
                visible_at,
                skip.map(|skip| &skip.who),
                skip.map(|skip| &skip.why),
                skipped_at
            ])
        })
        .map(drop)
        .map_err(failed)
}
