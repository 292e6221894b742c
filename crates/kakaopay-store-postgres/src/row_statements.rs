//! Every statement on rows that are copied to another store or from another, for one schema.

use crate::template::Template;

/// Every statement on rows of a copy.
#[derive(Debug)]
pub(crate) struct RowStatements {
    pub(crate) payments: String,
    pub(crate) events: String,
    pub(crate) messages: String,
    pub(crate) jobs: String,
    pub(crate) begin_behind: String,
    pub(crate) insert_event: String,
    pub(crate) insert_message: String,
}

impl RowStatements {
    pub(crate) fn new(schema: &Template<'_>) -> Self {
        Self {
            payments: schema.fill(PAYMENTS),
            events: schema.fill(EVENTS),
            messages: schema.fill(MESSAGES),
            jobs: schema.fill(JOBS),
            begin_behind: schema.fill(BEGIN_BEHIND),
            insert_event: schema.fill(INSERT_EVENT),
            insert_message: schema.fill(INSERT_MESSAGE),
        }
    }
}

const PAYMENTS: &str = "
WITH {clock}
SELECT payment.id, payment.reference, payment.last_seq, due.due_at - clock.now, payment.pruned_to
FROM clock, {schema}.payment LEFT JOIN {schema}.due_payment AS due ON due.payment_id = payment.id
WHERE payment.id > $1 ORDER BY payment.id LIMIT $2";

const EVENTS: &str = "
WITH {clock}
SELECT event.id, event.event_id, event.body, event.checksum, clock.now - event.received_at,
    queue.visible_at - clock.now
FROM clock, {schema}.inbox_event AS event LEFT JOIN {schema}.inbox_queue AS queue ON queue.inbox_event_id = event.id
WHERE event.id > $1 ORDER BY event.id LIMIT $2";

const MESSAGES: &str = "
WITH {clock}
SELECT message.id, payment.reference, message.idempotency_key, message.lane, message.body, message.checksum,
    clock.now - message.stored_at, coalesce(queue.claim, message.completed_claim, 0), coalesce(queue.failures, 0),
    queue.visible_at - clock.now, message.skipped_by, message.skipped_why, message.skipped_at
FROM clock, {schema}.outbox_message AS message
JOIN {schema}.payment ON payment.id = message.payment_id
LEFT JOIN {schema}.outbox_queue AS queue ON queue.outbox_message_id = message.id
WHERE message.id > $1 ORDER BY message.id LIMIT $2";

const JOBS: &str = "
WITH {clock}, numbered AS (
    SELECT row_number() OVER (ORDER BY name) AS position, name, due_at FROM {schema}.job
)
SELECT position, name, due_at - clock.now FROM clock, numbered WHERE position > $1 ORDER BY position LIMIT $2";

const BEGIN_BEHIND: &str =
    "UPDATE {schema}.payment SET last_seq = $2, pruned_to = $2 WHERE reference = $1 AND last_seq = 0";

const INSERT_EVENT: &str = "
WITH {clock}, added AS (
    INSERT INTO {schema}.inbox_event (event_id, body, checksum, received_at)
    SELECT $1, $2, $3, now - $4::bigint FROM clock
    RETURNING id, received_at
)
INSERT INTO {schema}.inbox_queue (inbox_event_id, received_at, visible_at, set_at)
SELECT id, received_at, {now} + $5::bigint, {now} FROM added WHERE $5 IS NOT NULL";

const INSERT_MESSAGE: &str = "
WITH {clock}, added AS (
    INSERT INTO {schema}.outbox_message (idempotency_key, payment_id, lane, body, checksum, stored_at,
        completed_claim, skipped_by, skipped_why, skipped_at)
    SELECT $1, payment.id, $3, $4, $5, {now} - $6::bigint,
        CASE WHEN $9::bigint IS NULL AND $10::text IS NULL THEN $7::bigint END, $10, $11, $12::bigint
    FROM {schema}.payment WHERE payment.reference = $2
    RETURNING id, payment_id, lane, stored_at
)
INSERT INTO {schema}.outbox_queue
    (outbox_message_id, payment_id, lane, stored_at, claim, failures, visible_at, set_at)
SELECT id, payment_id, lane, stored_at, $7::bigint, $8::bigint, {now} + $9, {now} FROM added WHERE $9 IS NOT NULL";
