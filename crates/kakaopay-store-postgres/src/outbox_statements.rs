//! Every statement on messages, for one schema.
//!
//! Each claim reads from the queue whether a message is the first ordered one of its payment. An earlier message
//! stays in the queue until the transaction that completes or skips it is committed, so no later one is claimed
//! meanwhile. Identifiers increase within a payment, because its commits follow each other.
//!
//! `visible_at` of a later message is only a hint, which keeps claims from reading past it. A claim or failure of the
//! first message copies its time to the later ones; completing or skipping it resets them to 0, which is also the
//! value of a new message. A hint that is too early costs a claim one look into the index. A hint is too late only
//! if a message is stored and claimed behind another one during the call that skips that one; then it delays the
//! message until the end of that lease.
//!
//! The claims of each timeline have numbers of their own. A handler may have committed to a server from which a standby
//! has taken over without that commit: its claim completes nothing on the new one, and the message is claimed again.

use crate::claims::Claims;
use crate::template::Template;

/// Every statement on messages, for one schema.
#[derive(Debug)]
pub(crate) struct OutboxStatements {
    pub(crate) claim: Claims,
    pub(crate) complete: String,
    /// Of the messages no longer queued, those completed under the same claim.
    pub(crate) completed: String,
    pub(crate) fail: String,
    pub(crate) skip: String,
    /// The decision on a message that is no longer queued.
    pub(crate) skipped: String,
}

impl OutboxStatements {
    pub(crate) fn new(schema: &Template<'_>) -> Self {
        let fill = |sql: &str, behind: &str| {
            let sql = sql.replace("{held}", HELD).replace("{freed}", FREED).replace("{later}", LATER);
            let sql = sql.replace("{epoch}", EPOCH);
            schema.fill(&sql.replace("{behind}", behind).replace("{first}", IS_FIRST))
        };
        Self {
            claim: Claims::new(
                fill(CLAIM, BEHIND_CLAIMED).replace("{term}", "$2::bigint"),
                schema.fill(GIVE_BACK),
            ),
            complete: fill(COMPLETE, BEHIND_CLAIMED),
            completed: schema.fill(COMPLETED),
            fail: fill(FAIL, BEHIND_CLAIMED).replace("{term}", "$3::bigint"),
            skip: fill(SKIP, BEHIND_SKIPPED),
            skipped: schema.fill(SKIPPED),
        }
    }
}

/// Whether the row `queue` waits for no other.
pub(crate) const IS_FIRST: &str = "(queue.lane = 'alert' OR NOT EXISTS (
        SELECT 1 FROM {schema}.outbox_queue AS earlier
        WHERE earlier.payment_id = queue.payment_id AND earlier.lane = 'ordered'
        AND earlier.outbox_message_id < queue.outbox_message_id
    ))";

/// The claims on the server's timeline are above this number. The row is there before any statement of a process that has
/// met the timeline; where a service withholds timelines, there is none.
pub(crate) const EPOCH: &str = "(SELECT coalesce(max(substring(value FROM ' ([0-9]+)$')::bigint), 0) << 30
        FROM {schema}.setting WHERE name = 'server')";

/// The ordered messages behind those in `moved`. The array makes the planner look them up.
const LATER: &str = "
        SELECT outbox_message_id FROM {schema}.outbox_queue AS later
        WHERE lane = 'ordered' AND payment_id = ANY (ARRAY(SELECT payment_id FROM moved WHERE lane = 'ordered'))
        AND {behind}";

/// A claimed message is the first of its payment, so that all others are behind it. The planner hashes the list.
const BEHIND_CLAIMED: &str = "outbox_message_id NOT IN (SELECT outbox_message_id FROM moved)";

/// A skipped message, of which there is one at a time, may be any of its payment.
const BEHIND_SKIPPED: &str = "outbox_message_id > (SELECT outbox_message_id FROM moved)";

/// Messages behind others wait for the same term. Rows that are locked keep their hint.
const HELD: &str = "held AS (
    UPDATE {schema}.outbox_queue SET visible_at = {now} + {term}, set_at = {now}
    WHERE outbox_message_id = ANY (ARRAY({later}
        FOR UPDATE OF later SKIP LOCKED
    ))
)";

/// They wait no longer. They are locked in one order by all, so that no two calls wait for each other.
const FREED: &str = "freed AS (
    UPDATE {schema}.outbox_queue SET visible_at = 0
    WHERE outbox_message_id = ANY (ARRAY({later}
        ORDER BY outbox_message_id FOR UPDATE OF later
    ))
)";

const CLAIM: &str = "
WITH {clock}, moved AS (
    SELECT queue.outbox_message_id, queue.payment_id, queue.lane, queue.visible_at
    FROM {schema}.outbox_queue AS queue
    WHERE queue.visible_at <= {now} AND {first} AND {open}
    ORDER BY queue.visible_at, queue.outbox_message_id LIMIT $1 FOR UPDATE SKIP LOCKED
), {held}, claimed AS (
    UPDATE {schema}.outbox_queue SET visible_at = {now} + {term}, set_at = {now},
        claim = greatest(claim, {epoch}) + 1, claimed_by = $3::bigint
    WHERE outbox_message_id = ANY (ARRAY(SELECT outbox_message_id FROM moved))
    RETURNING outbox_message_id, claim, failures
)
SELECT message.idempotency_key, payment.reference, message.lane, message.body, message.checksum,
    claimed.claim, claimed.failures,
    clock.now AS store_now
FROM clock LEFT JOIN (
    claimed JOIN moved USING (outbox_message_id)
    JOIN {schema}.outbox_message AS message ON message.id = claimed.outbox_message_id
    JOIN {schema}.payment ON payment.id = message.payment_id
) ON TRUE
ORDER BY moved.visible_at, message.id";

/// The messages behind one that is given back keep their hint: completing or failing that one sets it.
const GIVE_BACK: &str = "
WITH {clock}
UPDATE {schema}.outbox_queue AS queue SET visible_at = {now}, set_at = {now}, claimed_by = NULL
FROM unnest($1::bigint[]) AS lost (number) WHERE queue.claimed_by = lost.number
RETURNING lost.number";

/// A process that has lost its claim finds another number in the row, and deletes nothing.
const COMPLETE: &str = "
WITH moved AS (
    DELETE FROM {schema}.outbox_queue AS queue
    USING unnest($1::text[], $2::bigint[]) AS requested (key, claim), {schema}.outbox_message AS message
    WHERE message.idempotency_key = requested.key AND queue.outbox_message_id = message.id
    AND requested.claim > {epoch} AND queue.claim = requested.claim
    RETURNING queue.outbox_message_id, queue.payment_id, queue.lane, queue.claim
), {freed}
UPDATE {schema}.outbox_message AS message SET completed_claim = moved.claim
FROM moved WHERE message.id = moved.outbox_message_id
RETURNING message.idempotency_key";

const COMPLETED: &str = "
SELECT message.idempotency_key FROM unnest($1::text[], $2::bigint[]) AS requested (key, claim)
JOIN {schema}.outbox_message AS message
    ON message.idempotency_key = requested.key AND message.completed_claim = requested.claim";

const FAIL: &str = "
WITH {clock}, moved AS (
    UPDATE {schema}.outbox_queue AS queue
    SET visible_at = {now} + {term}, set_at = {now}, claim = queue.claim + 1,
        failures = queue.failures + 1, claimed_by = NULL
    FROM {schema}.outbox_message AS message
    WHERE message.idempotency_key = $1 AND queue.outbox_message_id = message.id
    AND $2::bigint > 0 AND queue.claim = $2
    RETURNING queue.outbox_message_id, queue.payment_id, queue.lane
), {held}
SELECT {now} AS store_now FROM moved";

const SKIP: &str = "
WITH {clock}, moved AS (
    DELETE FROM {schema}.outbox_queue AS queue USING {schema}.outbox_message AS message
    WHERE message.idempotency_key = $1 AND queue.outbox_message_id = message.id
    RETURNING queue.outbox_message_id, queue.payment_id, queue.lane
), {freed}
UPDATE {schema}.outbox_message AS message SET skipped_by = $2, skipped_why = $3, skipped_at = {now}
FROM moved WHERE message.id = moved.outbox_message_id
RETURNING message.id";

const SKIPPED: &str = "
SELECT skipped_by, skipped_why, skipped_at FROM {schema}.outbox_message WHERE idempotency_key = $1";
