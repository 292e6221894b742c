//! Every statement of the store, for one schema.
//!
//! A call is one statement, and so one transaction: there is none that a caller who goes away could
//! leave open, no second round trip, and nothing of it is stored when any part of it is refused.

use crate::namespace::Namespace;

/// Every statement of the store, for one schema.
#[derive(Debug)]
pub(crate) struct Statements {
    /// The first entry of a payment, on top of none.
    pub(crate) begin: String,
    /// The next entry of a payment, on top of the one that is named.
    pub(crate) go_on: String,
    pub(crate) last_entry: String,
    pub(crate) journal: String,
    pub(crate) load: String,
    pub(crate) payments: String,
    pub(crate) payment_of: String,
    pub(crate) receive: String,
    pub(crate) claim_events: String,
    pub(crate) complete_event: String,
    pub(crate) claim_due: String,
    pub(crate) claim_messages: String,
    pub(crate) complete: String,
    pub(crate) completed: String,
    pub(crate) claim_job: String,
    pub(crate) reschedule_job: String,
    pub(crate) next_due_at: String,
    pub(crate) backlog: String,
    pub(crate) gaps: String,
    pub(crate) ahead: String,
}

impl Statements {
    pub(crate) fn new(schema: &Namespace) -> Self {
        Self {
            begin: schema.fill(&[BEGIN, STEP].concat()),
            go_on: schema.fill(&[GO_ON, STEP].concat()),
            last_entry: schema.fill("SELECT seq FROM {schema}.payment WHERE reference = $1"),
            journal: schema.fill(JOURNAL),
            load: schema.fill(LOAD),
            payments: schema.fill(PAYMENTS),
            payment_of: schema.fill(PAYMENT_OF),
            receive: schema.fill(RECEIVE),
            claim_events: schema.fill(CLAIM_EVENTS),
            complete_event: schema.fill(FINISH_EVENT),
            claim_due: schema.fill(CLAIM_DUE),
            claim_messages: schema.fill(CLAIM_MESSAGES),
            complete: schema.fill(COMPLETE),
            completed: schema.fill(COMPLETED),
            claim_job: schema.fill(CLAIM_CHORE),
            reschedule_job: schema.fill(PUT_OFF),
            next_due_at: schema.fill(NEXT_WAKE),
            backlog: schema.fill(BACKLOG),
            gaps: schema.fill(GAPS),
            ahead: schema.fill(AHEAD),
        }
    }
}

/// Whoever comes second waits here for the first, and then finds another `seq`.
const BEGIN: &str = "
WITH moved AS (
    INSERT INTO {schema}.payment AS payment (reference, seq)
    VALUES ($1::text, $2::bigint + $3::bigint)
    ON CONFLICT (reference) DO UPDATE SET seq = excluded.seq WHERE payment.seq = $2
    RETURNING id, seq
)";

const GO_ON: &str = "
WITH moved AS (
    UPDATE {schema}.payment SET seq = $2::bigint + $3::bigint
    WHERE reference = $1::text AND seq = $2
    RETURNING id, seq
)";

/// The rest of a step hangs on the row that moved: when none did, nothing is done.
///
/// A charge of another payment moves and is stopped by its trigger, which takes everything back.
const STEP: &str = ", appended AS (
    INSERT INTO {schema}.entry (payment, seq, bytes)
    SELECT id, seq, $4::bytea FROM moved WHERE $4 IS NOT NULL
), taken AS (
    INSERT INTO {schema}.snapshot AS snapshot (payment, seq, bytes)
    SELECT id, seq, $5::bytea FROM moved WHERE $5 IS NOT NULL AND seq > 0
    ON CONFLICT (payment) DO UPDATE SET seq = excluded.seq, bytes = excluded.bytes
), bound AS (
    INSERT INTO {schema}.charge AS charge (charge, payment)
    SELECT $6::text, id FROM moved WHERE $6 IS NOT NULL
    ON CONFLICT (charge) DO UPDATE SET payment = excluded.payment
    WHERE charge.payment <> excluded.payment
), due AS (
    INSERT INTO {schema}.deadline (payment, reference, at)
    SELECT id, $1, $7::bigint FROM moved WHERE $7 IS NOT NULL
    ON CONFLICT (payment) DO UPDATE SET at = excluded.at
), cleared AS (
    DELETE FROM {schema}.deadline USING moved WHERE $8::boolean AND deadline.payment = moved.id
), added AS (
    INSERT INTO {schema}.message (key, payment, body, stored_at)
    SELECT told.key, moved.id, told.body, $11::bigint
    FROM moved, unnest($9::text[], $10::bytea[]) WITH ORDINALITY AS told (key, body, place)
    ORDER BY told.place
    ON CONFLICT (key) DO NOTHING
    RETURNING id, stored_at
), waiting AS (
    INSERT INTO {schema}.outbox (message, stored_at) SELECT id, stored_at FROM added
)
SELECT seq FROM moved";

/// One statement, so that the entries and their number are of the same moment.
const JOURNAL: &str = "
SELECT payment.seq, entry.seq, entry.bytes
FROM {schema}.payment LEFT JOIN {schema}.entry ON entry.payment = payment.id
WHERE payment.reference = $1 ORDER BY entry.seq";

/// The snapshot, if any, and then what came after it; each row with the payment's last entry.
const LOAD: &str = "
WITH found AS (
    SELECT payment.id, payment.seq, snapshot.seq AS place, snapshot.bytes
    FROM {schema}.payment LEFT JOIN {schema}.snapshot ON snapshot.payment = payment.id
    WHERE payment.reference = $1
)
SELECT seq, TRUE, place, bytes FROM found
UNION ALL (
    SELECT found.seq, FALSE, entry.seq, entry.bytes
    FROM found JOIN {schema}.entry ON entry.payment = found.id AND entry.seq > coalesce(found.place, 0)
    ORDER BY entry.seq
)";

/// In the order of bytes, which is that of the column's collation.
const PAYMENTS: &str = "
SELECT reference FROM {schema}.payment WHERE reference > $1 ORDER BY reference LIMIT $2";

const PAYMENT_OF: &str = "
SELECT payment.reference FROM {schema}.charge JOIN {schema}.payment ON payment.id = charge.payment
WHERE charge.charge = $1";

const RECEIVE: &str = "
WITH added AS (
    INSERT INTO {schema}.delivery (event, body, received_at) VALUES ($1, $2, $3::bigint)
    ON CONFLICT (event) DO NOTHING
    RETURNING id, received_at
)
INSERT INTO {schema}.inbox (delivery, received_at, visible_at)
SELECT id, received_at, received_at FROM added
RETURNING delivery";

/// Rows that others are claiming are passed over, not waited for.
///
/// The planner cannot know how few rows the limit leaves, and might read a whole table to join it.
/// `= ANY (ARRAY(…))` leaves it no choice but to look the rows up.
const CLAIM_EVENTS: &str = "
WITH picked AS (
    SELECT delivery FROM {schema}.inbox WHERE visible_at <= $1
    ORDER BY delivery LIMIT $2 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE {schema}.inbox SET visible_at = $3
    WHERE delivery = ANY (ARRAY(SELECT delivery FROM picked))
    RETURNING delivery
)
SELECT delivery.event, delivery.body
FROM claimed JOIN {schema}.delivery ON delivery.id = claimed.delivery ORDER BY delivery.id";

const FINISH_EVENT: &str = "
DELETE FROM {schema}.inbox USING {schema}.delivery
WHERE delivery.event = $1 AND inbox.delivery = delivery.id";

const CLAIM_DUE: &str = "
WITH picked AS (
    SELECT payment, reference, at FROM {schema}.deadline WHERE at <= $1
    ORDER BY at, reference LIMIT $2 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE {schema}.deadline SET at = $3
    WHERE payment = ANY (ARRAY(SELECT payment FROM picked))
)
SELECT reference, at FROM picked ORDER BY at, reference";

const CLAIM_MESSAGES: &str = "
WITH picked AS (
    SELECT message FROM {schema}.outbox WHERE visible_at <= $1
    ORDER BY message LIMIT $2 FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE {schema}.outbox SET visible_at = $3, claims = claims + 1
    WHERE message = ANY (ARRAY(SELECT message FROM picked))
    RETURNING message, claims
)
SELECT message.key, payment.reference, message.body, claimed.claims
FROM claimed JOIN {schema}.message ON message.id = claimed.message
JOIN {schema}.payment ON payment.id = message.payment
ORDER BY message.id";

/// Whoever lost their claim finds another number in the row, and deletes nothing.
const COMPLETE: &str = "
WITH done AS (
    DELETE FROM {schema}.outbox
    USING unnest($1::text[], $2::bigint[]) AS asked (key, claim), {schema}.message
    WHERE message.key = asked.key AND outbox.message = message.id
    AND asked.claim > 0 AND outbox.claims = asked.claim
    RETURNING outbox.message, outbox.claims
)
UPDATE {schema}.message SET told = done.claims FROM done WHERE message.id = done.message
RETURNING message.key";

/// Of those that no longer wait, the ones that were told under this very claim.
const COMPLETED: &str = "
SELECT message.key FROM unnest($1::text[], $2::bigint[]) AS asked (key, claim)
JOIN {schema}.message ON message.key = asked.key AND message.told = asked.claim";

const CLAIM_CHORE: &str = "
INSERT INTO {schema}.chore AS chore (chore, due) VALUES ($1, $3)
ON CONFLICT (chore) DO UPDATE SET due = excluded.due WHERE chore.due <= $2
RETURNING chore";

const PUT_OFF: &str = "
INSERT INTO {schema}.chore (chore, due) VALUES ($1, $2)
ON CONFLICT (chore) DO UPDATE SET due = excluded.due";

const NEXT_WAKE: &str = "
SELECT least(
    (SELECT min(at) FROM {schema}.deadline),
    (SELECT min(visible_at) FROM {schema}.inbox),
    (SELECT min(visible_at) FROM {schema}.outbox)
)";

/// Each count ends at its limit, and so does the time it takes.
const BACKLOG: &str = "
SELECT deadlines.waiting, deadlines.oldest, events.waiting, events.oldest, messages.waiting, messages.oldest
FROM (
    SELECT count(*) AS waiting, min(at) AS oldest
    FROM (SELECT at FROM {schema}.deadline ORDER BY at LIMIT $1) AS deadline
) AS deadlines, (
    SELECT count(*) AS waiting, min(received_at) AS oldest
    FROM (SELECT received_at FROM {schema}.inbox ORDER BY delivery LIMIT $1) AS event
) AS events, (
    SELECT count(*) AS waiting, min(stored_at) AS oldest
    FROM (SELECT stored_at FROM {schema}.outbox ORDER BY message LIMIT $1) AS message
) AS messages";

/// How many payments have a journal that does not go from one to its last entry.
const GAPS: &str = "
SELECT count(*) FROM {schema}.payment LEFT JOIN (
    SELECT payment, count(*) AS entries, max(seq) AS last FROM {schema}.entry GROUP BY payment
) AS journal ON journal.payment = payment.id
WHERE payment.seq <> coalesce(journal.entries, 0) OR payment.seq <> coalesce(journal.last, 0)";

/// How many snapshots speak of entries that are not there.
const AHEAD: &str = "
SELECT count(*) FROM {schema}.snapshot JOIN {schema}.payment ON payment.id = snapshot.payment
WHERE snapshot.seq > payment.seq";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::migrate;
    use crate::schema::MIGRATIONS;
    use kakaopay_postgres_cluster::shared;
    use tokio_postgres::{Client, NoTls};

    /// Enough that reading a whole table would cost more than looking rows up.
    const FILL: &str = "
        SET session_replication_role = replica;
        SET plan_cache_mode = force_generic_plan;
        INSERT INTO {schema}.payment (reference, seq) SELECT 'order-' || n, 1 FROM generate_series(1, 20000) AS n;
        INSERT INTO {schema}.entry SELECT id, 1, repeat('x', 100)::bytea FROM {schema}.payment;
        INSERT INTO {schema}.snapshot SELECT id, 1, repeat('x', 100)::bytea FROM {schema}.payment;
        INSERT INTO {schema}.charge SELECT 'chrg_test_' || id, id FROM {schema}.payment;
        INSERT INTO {schema}.deadline SELECT id, reference, id FROM {schema}.payment;
        INSERT INTO {schema}.delivery (event, body, received_at)
            SELECT 'evnt_test_' || id, repeat('x', 100)::bytea, id FROM {schema}.payment;
        INSERT INTO {schema}.inbox SELECT id, id, id FROM {schema}.delivery;
        INSERT INTO {schema}.message (key, payment, body, stored_at)
            SELECT reference, id, repeat('x', 100)::bytea, id FROM {schema}.payment;
        INSERT INTO {schema}.outbox (message, stored_at) SELECT id, id FROM {schema}.message;
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

    /// What a payment costs must not grow with what is stored.
    #[tokio::test]
    async fn no_call_reads_a_whole_table() {
        let Some(cluster) = shared() else { return };
        let (mut client, connection) =
            tokio_postgres::connect(&cluster.tcp("postgres"), NoTls).await.unwrap();
        tokio::spawn(connection);
        let schema = Namespace::parse("plans").unwrap();
        migrate(&mut client, &schema, MIGRATIONS).await.unwrap();
        client.batch_execute(&schema.fill(FILL)).await.unwrap();
        let all = Statements::new(&schema);
        let calls = [
            [&all.begin, &all.go_on, &all.last_entry, &all.journal, &all.load, &all.payments],
            [
                &all.payment_of,
                &all.receive,
                &all.claim_events,
                &all.complete_event,
                &all.claim_due,
                &all.next_due_at,
            ],
            [
                &all.claim_messages,
                &all.complete,
                &all.completed,
                &all.claim_job,
                &all.reschedule_job,
                &all.next_due_at,
            ],
        ];
        for sql in calls.into_iter().flatten() {
            let plan = plan(&client, sql).await;
            assert!(!plan.contains("Seq Scan"), "{sql}\n{plan}");
        }
    }
}
