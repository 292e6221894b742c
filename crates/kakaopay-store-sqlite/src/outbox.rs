//! Messages: claimed, completed, failed and skipped.

use std::time::Duration;

use kakaopay_store::sql::{
    claim_of, claim_value, corrupt, failures_of, message_checksum, readable, reference_of, timestamp_of,
};
use kakaopay_store::{
    ClaimRequest, ClaimToken, ClaimedMessage, OutboxMessage, Skip, SkipOutcome, StoreError, StoreErrorKind,
};
use kakaopay_types::{Reference, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::failure::failed;
use crate::queue::visible;
use crate::term::end_of;

pub(crate) fn claim(
    connection: &Connection,
    request: ClaimRequest,
    now: Timestamp,
) -> Result<Vec<ClaimedMessage>, StoreError> {
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, message(row)));
    let rows = visible(connection, CLAIMABLE, (request, now), read)?;
    let mut claim = connection
        .prepare_cached(
            "UPDATE outbox_message SET visible_at = ?2, set_at = ?3, claim = claim + 1, is_claimed = 1
             WHERE id = ?1 RETURNING claim - 0x80000000",
        )
        .map_err(failed)?;
    let mut messages = Vec::with_capacity(rows.len());
    for (id, message) in rows {
        let params = (id, end_of(request.lease, now), now.unix_millis());
        let number = claim.query_row(params, |row| row.get(0)).map_err(failed)?;
        let claim = claim_of(number)?;
        messages.extend(readable("notification", id, message).map(|mut message| {
            message.claim = claim;
            message
        }));
    }
    Ok(messages)
}

/// Claims a message that was just stored, if it waits for no other.
pub(crate) fn claim_first(
    connection: &Connection,
    (reference, message): (&Reference, &OutboxMessage),
    lease: Duration,
    now: Timestamp,
) -> Result<Option<ClaimedMessage>, StoreError> {
    let (key, until) = (message.key.as_str(), end_of(lease, now));
    let number: Option<i64> = connection
        .prepare_cached(
            "UPDATE outbox_message SET visible_at = ?2, set_at = ?3, claim = claim + 1, is_claimed = 1
             WHERE idempotency_key = ?1 AND is_blocked = 0 RETURNING claim - 0x80000000",
        )
        .and_then(|mut claim| claim.query_row((key, until, now.unix_millis()), |row| row.get(0)).optional())
        .map_err(failed)?;
    let Some(number) = number else { return Ok(None) };
    let body = message.body.clone();
    Ok(Some(ClaimedMessage::new(key.to_owned(), reference.clone(), body, claim_of(number)?)))
}

/// Reads a message from its key, reference, lane, body, checksum and failures; its claim is still to be made.
fn message(row: &Row<'_>) -> Result<ClaimedMessage, StoreError> {
    let text = |column: usize| row.get::<_, String>(column).map_err(failed);
    let (key, reference, lane) = (text(1)?, text(2)?, text(3)?);
    let body: Vec<u8> = row.get(4).map_err(failed)?;
    let is_sound = row.get::<_, i64>(5).map_err(failed)? == message_checksum(&reference, &key, &lane, &body);
    let failures = failures_of(row.get(6).map_err(failed)?)?;
    let message = ClaimedMessage::new(key, reference_of(&reference)?, body, ClaimToken::new(0));
    let message = message.failures(failures);
    Ok(if is_sound { message } else { message.damaged() })
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
    let payment = connection
        .prepare_cached(
            "UPDATE outbox_message SET visible_at = NULL
             WHERE idempotency_key = ?1 AND claim = ?2 + 0x80000000 AND ?2 > 0 AND visible_at IS NOT NULL
             RETURNING payment_id",
        )
        .and_then(|mut update| update.query_row((key, number), |row| row.get(0)).optional())
        .map_err(failed)?;
    if let Some(payment) = payment {
        unblock(connection, payment)?;
        return Ok(Completion::Completed);
    }
    let was_completed = connection
        .prepare_cached(
            "SELECT 1 FROM outbox_message
             WHERE idempotency_key = ?1 AND claim = ?2 + 0x80000000 AND ?2 > 0 AND skipped_by IS NULL",
        )
        .and_then(|mut find| find.exists((key, number)))
        .map_err(failed)?;
    if was_completed { Ok(Completion::AlreadyCompleted) } else { Err(StoreErrorKind::StaleClaim.into()) }
}

/// Completes messages. Returns the keys of those whose claim has ended.
pub(crate) fn complete_all(
    connection: &Connection,
    messages: Vec<(String, ClaimToken)>,
) -> Result<Vec<String>, StoreError> {
    let mut stale = Vec::new();
    for (key, claim) in messages {
        match complete(connection, &key, claim) {
            Ok(_) => {}
            Err(error) if error.kind() == StoreErrorKind::StaleClaim => stale.push(key),
            Err(error) => return Err(error),
        }
    }
    Ok(stale)
}

pub(crate) fn fail(
    connection: &Connection,
    key: &str,
    claim: ClaimToken,
    retry_in: Duration,
    now: Timestamp,
) -> Result<(), StoreError> {
    let marked = connection
        .prepare_cached(
            "UPDATE outbox_message
             SET visible_at = ?3, set_at = ?4, claim = claim + 1, failures = failures + 1, is_claimed = 0
             WHERE idempotency_key = ?1 AND claim = ?2 + 0x80000000 AND ?2 > 0 AND visible_at IS NOT NULL",
        )
        .and_then(|mut update| {
            update.execute((key, claim_value(claim), end_of(retry_in, now), now.unix_millis()))
        })
        .map_err(failed)?;
    if marked > 0 { Ok(()) } else { Err(StoreErrorKind::StaleClaim.into()) }
}

pub(crate) fn skip(
    connection: &Connection,
    key: &str,
    skip: &Skip,
    now: Timestamp,
) -> Result<SkipOutcome, StoreError> {
    let payment = connection
        .prepare_cached(
            "UPDATE outbox_message SET visible_at = NULL, skipped_by = ?2, skipped_why = ?3, skipped_at = ?4
             WHERE idempotency_key = ?1 AND visible_at IS NOT NULL
             RETURNING payment_id",
        )
        .and_then(|mut update| {
            let params = (key, &skip.who, &skip.why, now.unix_millis());
            update.query_row(params, |row| row.get(0)).optional()
        })
        .map_err(failed)?;
    if let Some(payment) = payment {
        unblock(connection, payment)?;
        return Ok(SkipOutcome::Skipped);
    }
    let found: Option<(Option<String>, Option<String>, Option<i64>)> = connection
        .prepare_cached(
            "SELECT skipped_by, skipped_why, skipped_at FROM outbox_message WHERE idempotency_key = ?1",
        )
        .and_then(|mut find| {
            find.query_row([key], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()
        })
        .map_err(failed)?;
    match found {
        None => Ok(SkipOutcome::NotFound),
        Some((None, None, None)) => Ok(SkipOutcome::AlreadyCompleted),
        Some((Some(who), Some(why), Some(at))) => {
            Ok(SkipOutcome::AlreadySkipped { skip: Skip::new(who, why), at: timestamp_of(at)? })
        }
        Some(_) => Err(corrupt("a skipped message does not say by whom, why and when")),
    }
}

/// Lets the first ordered message of a payment be claimed, after one has left the queue.
fn unblock(connection: &Connection, payment: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(UNBLOCK)
        .and_then(|mut update| update.execute([payment]))
        .map(drop)
        .map_err(failed)
}

/// The messages that can be claimed, in the order of claims.
const CLAIMABLE: &str = "
SELECT message.id, idempotency_key, reference, lane, body, checksum, failures
FROM outbox_message AS message JOIN payment ON payment.id = message.payment_id
WHERE visible_at IS NOT NULL AND is_blocked = 0 AND visible_at <= ?1
ORDER BY visible_at, message.id LIMIT ?2";

const UNBLOCK: &str = "
UPDATE outbox_message SET is_blocked = 0 WHERE id = (
    SELECT min(id) FROM outbox_message WHERE payment_id = ?1 AND visible_at IS NOT NULL AND lane = 'ordered'
)";

#[cfg(test)]
mod tests {
    use rusqlite::params_from_iter;

    use super::*;
    use crate::integrity::integrity_check;
    use crate::migrate::migrate;
    use crate::queries::next_due_at;
    use crate::schema::MIGRATIONS;

    /// A thousand payments, each with two messages.
    fn filled() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        migrate(&connection, MIGRATIONS).unwrap();
        let rows = "
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
            INSERT INTO payment (id, reference) SELECT i, 'order-' || i FROM n;
            INSERT INTO outbox_message
                (idempotency_key, payment_id, lane, body, checksum, stored_at, set_at, is_blocked)
            SELECT id || '/' || column1, id, 'ordered', x'00', 0, 1, 1, column1 FROM payment, (VALUES (0), (1))";
        connection.execute_batch(rows).unwrap();
        for (payment, column) in (1..=1_000).flat_map(|payment| [(payment, 0), (payment, 1)]) {
            let (reference, key) = (format!("order-{payment}"), format!("{payment}/{column}"));
            let checksum = message_checksum(&reference, &key, "ordered", &[0]);
            let update = "UPDATE outbox_message SET checksum = ?2 WHERE idempotency_key = ?1";
            connection.prepare_cached(update).unwrap().execute((key, checksum)).unwrap();
        }
        connection
    }

    /// Claiming ends at its limit, without sorting and without reading past messages that wait.
    #[test]
    fn f48_claiming_reads_claimable_messages_only() {
        let connection = filled();
        let plan = |sql: &str| {
            let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let nothing = vec![None::<i64>; statement.parameter_count()];
            let rows = statement.query_map(params_from_iter(nothing), |row| row.get::<_, String>(3)).unwrap();
            rows.collect::<Result<Vec<_>, _>>().unwrap()
        };
        assert_eq!(
            plan(CLAIMABLE),
            [
                "SEARCH message USING INDEX outbox_message_claimable (visible_at>? AND visible_at<?)",
                "SEARCH payment USING INTEGER PRIMARY KEY (rowid=?)"
            ]
        );
        let next = plan(UNBLOCK);
        assert!(next.iter().any(|line| line.contains("outbox_message_pending (payment_id=?")), "{next:?}");
        assert!(next_due_at(&connection).unwrap().is_some());
    }

    #[test]
    fn f48_a_message_that_waits_for_none_is_found() {
        let connection = filled();
        integrity_check(&connection).unwrap();
        for damage in [
            "UPDATE outbox_message SET is_blocked = 1 WHERE idempotency_key = '7/0'",
            "UPDATE outbox_message SET is_blocked = 0 WHERE idempotency_key = '7/1'",
        ] {
            connection.execute_batch(&format!("BEGIN; {damage}")).unwrap();
            let error = integrity_check(&connection).unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Corrupt);
            connection.execute_batch("ROLLBACK").unwrap();
        }
    }
}
