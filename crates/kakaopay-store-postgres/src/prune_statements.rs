//! Every statement that removes what is no longer needed, for one schema.

use crate::template::Template;

/// Every statement that removes what is no longer needed.
#[derive(Debug)]
pub(crate) struct PruneStatements {
    /// Replaces the history of a payment.
    pub(crate) payment: String,
    /// Removes old webhook events.
    pub(crate) events: String,
}

impl PruneStatements {
    pub(crate) fn new(schema: &Template<'_>) -> Self {
        Self { payment: schema.fill(PAYMENT), events: schema.fill(EVENTS) }
    }
}

/// Depends on the row that moved: the trigger of the entries lets those be deleted that its row names.
///
/// `moved` may wait for a commit to the payment. What that commit has stored is not seen by the rest of the statement, such
/// as a first snapshot, so that a row of another transaction than the one found does not move.
const PAYMENT: &str = "
WITH found AS (
    SELECT payment.id, payment.last_seq, payment.xmin AS version,
        EXISTS (SELECT FROM {schema}.due_payment AS due WHERE due.payment_id = payment.id)
        OR EXISTS (
            SELECT FROM {schema}.outbox_message AS message
            JOIN {schema}.outbox_queue AS queue ON queue.outbox_message_id = message.id
            WHERE message.idempotency_key > $1 || '/' AND message.idempotency_key < $1 || '0'
        ) AS is_waiting
    FROM {schema}.payment WHERE payment.reference = $1::text
), moved AS (
    UPDATE {schema}.payment SET last_seq = $2::bigint + 1, pruned_to = $2
    WHERE reference = $1 AND last_seq = $2 AND last_seq > 0
        AND xmin = (SELECT version FROM found WHERE NOT is_waiting)
    RETURNING id, last_seq
), appended AS (
    INSERT INTO {schema}.journal_entry (payment_id, seq, bytes, checksum)
    SELECT id, last_seq, $3::bytea, $4::bigint FROM moved
), removed AS (
    DELETE FROM {schema}.journal_entry AS entry USING moved
    WHERE entry.payment_id = moved.id AND entry.seq < moved.last_seq
), forgotten AS (
    DELETE FROM {schema}.snapshot USING moved WHERE snapshot.payment_id = moved.id
), delivered AS (
    DELETE FROM {schema}.outbox_message AS message USING moved
    WHERE message.idempotency_key > $1 || '/' AND message.idempotency_key < $1 || '0'
        AND message.payment_id = moved.id
)
SELECT found.last_seq, found.is_waiting, moved.id IS NOT NULL FROM found LEFT JOIN moved ON TRUE";

/// Those behind a position, so that none is looked for among all.
const EVENTS: &str = "
WITH {clock}, oldest AS (
    SELECT id, received_at FROM {schema}.inbox_event WHERE id > $3::bigint ORDER BY id LIMIT $2
), removed AS (
    DELETE FROM {schema}.inbox_event AS event USING clock, oldest
    WHERE event.id = oldest.id AND oldest.received_at <= clock.now - $1::bigint
        AND NOT EXISTS (SELECT FROM {schema}.inbox_queue AS queue WHERE queue.inbox_event_id = oldest.id)
    RETURNING event.id
)
SELECT (SELECT count(*) FROM removed), count(*), max(id) FROM oldest";
