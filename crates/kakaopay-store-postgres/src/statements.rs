//! Every statement of the store, for one schema.
//!
//! A call is one statement, and so one transaction: a cancelled caller cannot leave it open, there is one round
//! trip, and if any part is rejected, nothing is stored.

use crate::claims::Claims;
use crate::integrity_statements::IntegrityStatements;
use crate::outbox_statements::{EPOCH, IS_FIRST, OutboxStatements};
use crate::prune_statements::PruneStatements;
use crate::renewal::RENEW;
use crate::row_statements::RowStatements;
use crate::template::{READ_CLOCK, Template};

/// Every statement of the store, for one schema.
#[derive(Debug)]
pub(crate) struct Statements {
    /// A commit to a payment without entries.
    pub(crate) open_payment: String,
    /// A commit to a payment with entries.
    pub(crate) advance_payment: String,
    pub(crate) last_seq: String,
    pub(crate) journal: String,
    pub(crate) load: String,
    pub(crate) list_payments: String,
    pub(crate) find_by_charge: String,
    pub(crate) charges_of: String,
    pub(crate) receive: String,
    pub(crate) claim_events: Claims,
    pub(crate) complete_event: String,
    pub(crate) claim_due: Claims,
    pub(crate) renew: String,
    pub(crate) outbox: OutboxStatements,
    pub(crate) rows: RowStatements,
    pub(crate) claim_job: Claims,
    pub(crate) reschedule_job: String,
    pub(crate) next_due_at: String,
    pub(crate) backlog: String,
    pub(crate) setting: String,
    pub(crate) add_setting: String,
    pub(crate) replace_setting: String,
    pub(crate) remove_setting: String,
    pub(crate) now: String,
    pub(crate) prune: PruneStatements,
    pub(crate) integrity: IntegrityStatements,
}

impl Statements {
    pub(crate) fn new(schema: &Template<'_>) -> Self {
        let commit = |begin: &str| schema.fill(&[begin, COMMIT].concat().replace("{epoch}", EPOCH));
        let give_back =
            |table: &str, due: &str| schema.fill(&GIVE_BACK.replace("{table}", table).replace("{due}", due));
        Self {
            open_payment: commit(OPEN_PAYMENT),
            advance_payment: commit(ADVANCE_PAYMENT),
            last_seq: schema.fill("SELECT last_seq FROM {schema}.payment WHERE reference = $1"),
            journal: schema.fill(JOURNAL),
            load: schema.fill(LOAD),
            list_payments: schema.fill(LIST_PAYMENTS),
            find_by_charge: schema.fill(FIND_BY_CHARGE),
            charges_of: schema.fill(CHARGES_OF),
            receive: schema.fill(RECEIVE),
            claim_events: Claims::new(schema.fill(CLAIM_EVENTS), give_back("inbox_queue", "visible_at")),
            complete_event: schema.fill(FINISH_EVENT),
            claim_due: Claims::new(schema.fill(CLAIM_DUE), give_back("due_payment", "due_at")),
            renew: schema.fill(RENEW),
            outbox: OutboxStatements::new(schema),
            rows: RowStatements::new(schema),
            claim_job: Claims::new(schema.fill(CLAIM_JOB), give_back("job", "due_at")),
            reschedule_job: schema.fill(RESCHEDULE_JOB),
            next_due_at: schema.fill(&NEXT_DUE_AT.replace("{first}", IS_FIRST)),
            backlog: schema.fill(BACKLOG),
            setting: schema.fill("SELECT value FROM {schema}.setting WHERE name = $1"),
            add_setting: schema.fill(ADD_SETTING),
            replace_setting: schema.fill(REPLACE_SETTING),
            remove_setting: schema.fill(REMOVE_SETTING),
            now: schema.fill(READ_CLOCK),
            prune: PruneStatements::new(schema),
            integrity: IntegrityStatements::new(schema),
        }
    }
}

/// A concurrent writer waits here for the first one, and then finds another `last_seq`.
const OPEN_PAYMENT: &str = "
WITH {clock}, moved AS (
    INSERT INTO {schema}.payment AS payment (reference, last_seq)
    VALUES ($1::text, $2::bigint + $3::bigint)
    ON CONFLICT (reference) DO UPDATE SET last_seq = excluded.last_seq WHERE payment.last_seq = $2
    RETURNING id, last_seq
)";

const ADVANCE_PAYMENT: &str = "
WITH {clock}, moved AS (
    UPDATE {schema}.payment SET last_seq = $2::bigint + $3::bigint
    WHERE reference = $1::text AND last_seq = $2
    RETURNING id, last_seq
)";

/// The rest of a commit depends on the row that moved: without one, nothing is written.
///
/// It may claim messages: commits with an entry follow each other, so that it sees all earlier ones of the payment.
///
/// The charge of another payment divides by zero, which rolls the whole statement back whatever triggers do.
const COMMIT: &str = ", appended AS (
    INSERT INTO {schema}.journal_entry (payment_id, seq, bytes, checksum)
    SELECT id, last_seq, $4::bytea, $12::bigint FROM moved WHERE $4 IS NOT NULL
), replaced AS (
    INSERT INTO {schema}.snapshot AS snapshot (payment_id, seq, bytes, checksum)
    SELECT id, last_seq, $5::bytea, $13::bigint FROM moved WHERE $5 IS NOT NULL AND last_seq > 0
    ON CONFLICT (payment_id) DO UPDATE
    SET seq = excluded.seq, bytes = excluded.bytes, checksum = excluded.checksum
), bound AS (
    INSERT INTO {schema}.charge AS charge (charge_id, payment_id)
    SELECT $6::text, id FROM moved WHERE $6 IS NOT NULL
    ON CONFLICT (charge_id) DO UPDATE SET payment_id = excluded.payment_id / 0
    WHERE charge.payment_id <> excluded.payment_id
), due AS (
    INSERT INTO {schema}.due_payment (payment_id, reference, due_at, set_at)
    SELECT id, $1, {now} + $7::bigint, {now} FROM moved WHERE $7 IS NOT NULL
    ON CONFLICT (payment_id) DO UPDATE
    SET due_at = excluded.due_at, set_at = excluded.set_at, claimed_by = NULL
), cleared AS (
    DELETE FROM {schema}.due_payment USING moved WHERE $8::boolean AND due_payment.payment_id = moved.id
), completed AS (
    DELETE FROM {schema}.inbox_queue AS queue USING moved, {schema}.inbox_event AS event
    WHERE event.event_id = ANY ($15::text[]) AND queue.inbox_event_id = event.id
    RETURNING event.id
), emptied AS (
    UPDATE {schema}.inbox_event SET body = '' WHERE id = ANY (ARRAY(SELECT id FROM completed))
), added AS (
    INSERT INTO {schema}.outbox_message (idempotency_key, payment_id, lane, body, checksum, stored_at)
    SELECT new.key, moved.id, new.lane, new.body, new.checksum, {now}
    FROM moved, unnest($9::text[], $10::text[], $11::bytea[], $14::bigint[])
        WITH ORDINALITY AS new (key, lane, body, checksum, position)
    ORDER BY new.position
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING id, idempotency_key, payment_id, lane, stored_at
), judged AS (
    SELECT *, $16::bigint IS NOT NULL AND {open} AND (lane = 'alert' OR (
        id = (SELECT min(id) FROM added WHERE lane = 'ordered') AND NOT EXISTS (
            SELECT FROM {schema}.outbox_queue AS earlier
            WHERE earlier.payment_id = added.payment_id AND earlier.lane = 'ordered'
        )
    )) AS is_claimed
    FROM added
), queued AS (
    INSERT INTO {schema}.outbox_queue
        (outbox_message_id, payment_id, lane, stored_at, set_at, visible_at, claim, claimed_by)
    SELECT id, payment_id, lane, stored_at, stored_at,
        CASE WHEN is_claimed THEN {now} + $16::bigint ELSE 0 END,
        CASE WHEN is_claimed THEN {epoch} + 1 ELSE 0 END,
        CASE WHEN is_claimed THEN $17::bigint END
    FROM judged
)
SELECT last_seq,
    ARRAY(SELECT idempotency_key FROM judged WHERE is_claimed ORDER BY id),
    ARRAY(SELECT {epoch} + 1 FROM judged WHERE is_claimed ORDER BY id),
    {now} AS store_now FROM moved";

/// One statement, so that the entries and their number are of the same moment.
const JOURNAL: &str = "
SELECT payment.last_seq, entry.seq, entry.bytes, entry.checksum, payment.pruned_to
FROM {schema}.payment LEFT JOIN {schema}.journal_entry AS entry ON entry.payment_id = payment.id
WHERE payment.reference = $1 ORDER BY entry.seq";

/// The snapshot or NULL, with the store's clock, and then each later entry; every row has the payment's last sequence
/// number, which is NULL if there is no such payment.
const LOAD: &str = "
WITH {clock}, found AS (
    SELECT payment.id, payment.last_seq, payment.pruned_to, snapshot.seq, snapshot.bytes, snapshot.checksum
    FROM {schema}.payment LEFT JOIN {schema}.snapshot ON snapshot.payment_id = payment.id
    WHERE payment.reference = $1
)
SELECT found.last_seq, TRUE, found.seq, found.bytes, found.checksum, found.pruned_to,
    (SELECT value FROM {schema}.setting WHERE name = 'closed'),
    (SELECT value FROM {schema}.setting WHERE name = 'suspect'),
    CASE WHEN found.last_seq = 0 THEN ARRAY(
        SELECT charge_id FROM {schema}.charge WHERE payment_id = found.id ORDER BY charge_id
    ) END, clock.now AS store_now
FROM clock LEFT JOIN found ON TRUE
UNION ALL (
    SELECT found.last_seq, FALSE, entry.seq, entry.bytes, entry.checksum, NULL::bigint, NULL::text, NULL::text,
        NULL::text[], NULL::bigint
    FROM found JOIN {schema}.journal_entry AS entry
        ON entry.payment_id = found.id AND entry.seq > coalesce(found.seq, 0)
    ORDER BY entry.seq
)";

const LIST_PAYMENTS: &str = "
SELECT reference FROM {schema}.payment WHERE reference > $1 AND last_seq > 0 ORDER BY reference LIMIT $2";

const FIND_BY_CHARGE: &str = "
SELECT payment.reference FROM {schema}.charge JOIN {schema}.payment ON payment.id = charge.payment_id
WHERE charge.charge_id = $1";

const CHARGES_OF: &str = "
SELECT charge.charge_id FROM {schema}.payment JOIN {schema}.charge ON charge.payment_id = payment.id
WHERE payment.reference = $1 ORDER BY charge.charge_id";

const RECEIVE: &str = "
WITH {clock}, added AS (
    INSERT INTO {schema}.inbox_event (event_id, body, checksum, received_at)
    SELECT $1, $2, $3, {now} WHERE {open}
    ON CONFLICT (event_id) DO NOTHING
    RETURNING id, received_at
), queued AS (
    INSERT INTO {schema}.inbox_queue (inbox_event_id, received_at, visible_at, set_at)
    SELECT id, received_at, received_at, received_at FROM added
)
SELECT EXISTS (SELECT FROM added), (SELECT value FROM {schema}.setting WHERE name = 'closed'), now AS store_now
FROM clock";

/// Rows that another process is claiming are skipped, not waited for.
///
/// The planner cannot know how few rows the limit leaves, and might read a whole table to join it.
/// `= ANY (ARRAY(…))` forces it to look the rows up.
const CLAIM_EVENTS: &str = "
WITH {clock}, picked AS (
    SELECT inbox_event_id FROM {schema}.inbox_queue WHERE visible_at <= {now} AND {open}
    ORDER BY inbox_event_id LIMIT $1 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE {schema}.inbox_queue SET visible_at = {now} + $2::bigint, set_at = {now}, claimed_by = $3::bigint
    WHERE inbox_event_id = ANY (ARRAY(SELECT inbox_event_id FROM picked))
    RETURNING inbox_event_id
)
SELECT event.event_id, event.body, event.checksum, $3::bigint, clock.now AS store_now
FROM clock LEFT JOIN (claimed JOIN {schema}.inbox_event AS event ON event.id = claimed.inbox_event_id) ON TRUE
ORDER BY event.id";

const FINISH_EVENT: &str = "
WITH completed AS (
    DELETE FROM {schema}.inbox_queue AS queue USING {schema}.inbox_event AS event
    WHERE event.event_id = $1 AND queue.inbox_event_id = event.id
    RETURNING event.id
)
UPDATE {schema}.inbox_event SET body = '' WHERE id = ANY (ARRAY(SELECT id FROM completed))";

const CLAIM_DUE: &str = "
WITH {clock}, picked AS (
    SELECT payment_id, reference, due_at FROM {schema}.due_payment WHERE due_at <= {now} AND {open}
    ORDER BY due_at, reference LIMIT $1 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE {schema}.due_payment SET due_at = {now} + $2::bigint, set_at = {now}, claimed_by = $3::bigint
    WHERE payment_id = ANY (ARRAY(SELECT payment_id FROM picked))
)
SELECT picked.reference, $3::bigint, clock.now AS store_now FROM clock LEFT JOIN picked ON TRUE
ORDER BY picked.due_at, picked.reference";

const CLAIM_JOB: &str = "
WITH {clock}
INSERT INTO {schema}.job AS job (name, due_at, set_at, claimed_by)
SELECT $1, {now} + $2::bigint, {now}, $3::bigint WHERE {open}
ON CONFLICT (name) DO UPDATE
SET due_at = excluded.due_at, set_at = excluded.set_at, claimed_by = excluded.claimed_by
WHERE job.due_at <= excluded.set_at
RETURNING set_at AS store_now";

const RESCHEDULE_JOB: &str = "
WITH {clock}
INSERT INTO {schema}.job (name, due_at, set_at) VALUES ($1, {now} + $2::bigint, {now})
ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at, set_at = excluded.set_at, claimed_by = NULL
RETURNING set_at AS store_now";

/// Reads the whole queue, which holds pending work only. It is seldom asked for.
const GIVE_BACK: &str = "
WITH {clock}
UPDATE {schema}.{table} AS queue SET {due} = {now}, set_at = {now}, claimed_by = NULL
FROM unnest($1::bigint[]) AS lost (number) WHERE queue.claimed_by = lost.number
RETURNING lost.number";

const NEXT_DUE_AT: &str = "
WITH {clock}
SELECT least(
    (SELECT min(due_at) FROM {schema}.due_payment),
    (SELECT min(visible_at) FROM {schema}.inbox_queue),
    (SELECT queue.visible_at FROM {schema}.outbox_queue AS queue WHERE {first}
     ORDER BY queue.visible_at, queue.outbox_message_id LIMIT 1)
), now AS store_now FROM clock";

/// Each count stops at its limit, which bounds the time it takes.
const BACKLOG: &str = "
WITH {clock}
SELECT payments.waiting, payments.oldest, events.waiting, events.oldest, messages.waiting, messages.oldest,
    payments.ahead + events.ahead + messages.ahead + jobs.ahead, now AS store_now
FROM clock, (
    SELECT count(*) AS waiting, min(due_at) AS oldest, count(*) FILTER (WHERE set_at > {now}) AS ahead
    FROM (SELECT due_at, set_at FROM {schema}.due_payment ORDER BY due_at LIMIT $1) AS payment
) AS payments, (
    SELECT count(*) AS waiting, min(received_at) AS oldest, count(*) FILTER (WHERE set_at > {now}) AS ahead
    FROM (SELECT received_at, set_at FROM {schema}.inbox_queue ORDER BY inbox_event_id LIMIT $1) AS event
) AS events, (
    SELECT count(*) AS waiting, min(stored_at) AS oldest, count(*) FILTER (WHERE set_at > {now}) AS ahead
    FROM (SELECT stored_at, set_at FROM {schema}.outbox_queue ORDER BY outbox_message_id LIMIT $1) AS message
) AS messages, (
    SELECT count(*) AS ahead FROM {schema}.job WHERE set_at > {now}
) AS jobs";

const ADD_SETTING: &str = "
INSERT INTO {schema}.setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING name";

const REPLACE_SETTING: &str = "
UPDATE {schema}.setting SET value = $3 WHERE name = $1 AND value = $2 RETURNING name";

const REMOVE_SETTING: &str = "
DELETE FROM {schema}.setting WHERE name = $1 AND value = $2 RETURNING name";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::{LockWait, migrate};
    use crate::schema::MIGRATIONS;
    use crate::schema_name::SchemaName;
    use crate::template::SERVER_CLOCK;
    use kakaopay_postgres_cluster::shared;
    use tokio_postgres::{Client, NoTls};

    /// Enough that reading a whole table would cost more than looking rows up.
    const FILL: &str = "
        SET session_replication_role = replica;
        SET plan_cache_mode = force_generic_plan;
        INSERT INTO {schema}.payment (reference, last_seq)
            SELECT 'order-' || n, 1 FROM generate_series(1, 20000) AS n;
        INSERT INTO {schema}.journal_entry SELECT id, 1, repeat('x', 100)::bytea, 0 FROM {schema}.payment;
        INSERT INTO {schema}.snapshot SELECT id, 1, repeat('x', 100)::bytea, 0 FROM {schema}.payment;
        INSERT INTO {schema}.charge SELECT 'chrg_test_' || id, id FROM {schema}.payment;
        INSERT INTO {schema}.due_payment SELECT id, reference, id, id FROM {schema}.payment;
        INSERT INTO {schema}.inbox_event (event_id, body, checksum, received_at)
            SELECT 'evnt_test_' || id, repeat('x', 100)::bytea, 0, id FROM {schema}.payment;
        INSERT INTO {schema}.inbox_queue SELECT id, id, id, id FROM {schema}.inbox_event;
        INSERT INTO {schema}.outbox_message (idempotency_key, payment_id, lane, body, checksum, stored_at)
            SELECT reference || n, id, 'ordered', repeat('x', 100)::bytea, 0, id
            FROM {schema}.payment, generate_series(1, 2) AS n;
        INSERT INTO {schema}.outbox_queue (outbox_message_id, payment_id, lane, stored_at, set_at)
            SELECT id, payment_id, lane, stored_at, stored_at FROM {schema}.outbox_message;
        ANALYZE";

    async fn plan(client: &Client, sql: &str) -> String {
        client.batch_execute(&format!("PREPARE asked AS {sql}")).await.unwrap();
        let parameters = (1..).take_while(|number| sql.contains(&format!("${number}"))).count();
        let nothing = vec!["NULL"; parameters].join(", ");
        let arguments = if parameters == 0 { String::new() } else { format!("({nothing})") };
        let explain = format!("EXPLAIN (COSTS OFF) EXECUTE asked {arguments}");
        let rows = client.query(&explain, &[]).await.unwrap();
        client.batch_execute("DEALLOCATE asked").await.unwrap();
        rows.iter().map(|row| row.get::<_, &str>(0)).collect::<Vec<_>>().join("\n")
    }

    /// The cost of a call must not grow with the history.
    #[tokio::test]
    async fn no_call_reads_a_whole_table() {
        let Some(cluster) = shared() else { return };
        let (mut client, connection) =
            tokio_postgres::connect(&cluster.tcp("postgres"), NoTls).await.unwrap();
        tokio::spawn(connection);
        let schema = SchemaName::parse("plans").unwrap();
        migrate(&mut client, &schema, MIGRATIONS, LockWait::new()).await.unwrap();
        client.batch_execute(&schema.fill(FILL)).await.unwrap();
        let all = Statements::new(&Template::new(&schema, SERVER_CLOCK));
        let history = [
            &all.open_payment,
            &all.advance_payment,
            &all.last_seq,
            &all.journal,
            &all.load,
            &all.list_payments,
            &all.find_by_charge,
            &all.charges_of,
        ];
        let queues = [
            &all.receive,
            &all.claim_events.take,
            &all.complete_event,
            &all.claim_due.take,
            &all.renew,
            &all.next_due_at,
            &all.claim_job.take,
            &all.reschedule_job,
            &all.prune.payment,
            &all.prune.events,
        ];
        let OutboxStatements { claim, complete, completed, fail, skip, skipped } = &all.outbox;
        let claim = &claim.take;
        let messages = [claim, complete, completed, fail, skip, skipped];
        let copied = [&all.rows.payments, &all.rows.events, &all.rows.messages];
        for sql in history.into_iter().chain(queues).chain(messages).chain(copied) {
            let plan = plan(&client, sql).await;
            // Settings are a handful.
            let plan = plan.replace("Seq Scan on setting", "");
            assert!(!plan.contains("Seq Scan"), "{sql}\n{plan}");
        }
        // Ends at the first messages that can be claimed, without reading past those that wait.
        for sql in [claim, &all.next_due_at] {
            let plan = plan(&client, sql).await;
            for index in ["outbox_queue_visible_at", "outbox_queue_ordered"] {
                assert!(plan.contains(index), "{sql}\n{plan}");
            }
        }
    }
}
