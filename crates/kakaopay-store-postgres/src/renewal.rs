//! The statement that renews the leases of rows under their claims.

/// A commit that changes the deadline, and a later claim, leave another number in the row.
///
/// A locked row is not waited for: its work is being ended, perhaps in a long transaction of the merchant's own, and
/// claims skip it too.
pub(crate) const RENEW: &str = "
WITH {clock}, held_payments AS (
    SELECT queue.payment_id FROM unnest($1::text[], $2::bigint[]) AS held (reference, claim)
    JOIN {schema}.payment ON payment.reference = held.reference
    JOIN {schema}.due_payment AS queue ON queue.payment_id = payment.id AND queue.claimed_by = held.claim
    ORDER BY queue.payment_id FOR UPDATE OF queue SKIP LOCKED
), held_events AS (
    SELECT queue.inbox_event_id FROM unnest($3::text[], $4::bigint[]) AS held (event_id, claim)
    JOIN {schema}.inbox_event AS event ON event.event_id = held.event_id
    JOIN {schema}.inbox_queue AS queue ON queue.inbox_event_id = event.id AND queue.claimed_by = held.claim
    ORDER BY queue.inbox_event_id FOR UPDATE OF queue SKIP LOCKED
), held_messages AS (
    SELECT queue.outbox_message_id FROM unnest($5::text[], $6::bigint[]) AS held (key, claim)
    JOIN {schema}.outbox_message AS message ON message.idempotency_key = held.key
    JOIN {schema}.outbox_queue AS queue
        ON queue.outbox_message_id = message.id AND held.claim > 0 AND queue.claim = held.claim
    ORDER BY queue.outbox_message_id FOR UPDATE OF queue SKIP LOCKED
), payments AS (
    UPDATE {schema}.due_payment SET due_at = {now} + $7::bigint, set_at = {now}
    WHERE payment_id = ANY (ARRAY(SELECT payment_id FROM held_payments))
), events AS (
    UPDATE {schema}.inbox_queue SET visible_at = {now} + $7::bigint, set_at = {now}
    WHERE inbox_event_id = ANY (ARRAY(SELECT inbox_event_id FROM held_events))
), messages AS (
    UPDATE {schema}.outbox_queue SET visible_at = {now} + $7::bigint, set_at = {now}
    WHERE outbox_message_id = ANY (ARRAY(SELECT outbox_message_id FROM held_messages))
)
SELECT now AS store_now FROM clock";
