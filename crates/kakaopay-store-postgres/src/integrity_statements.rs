//! Every statement that checks a whole store, for one schema.

use crate::template::Template;

/// Every statement that checks a whole store.
#[derive(Debug)]
pub(crate) struct IntegrityStatements {
    pub(crate) count_gaps: String,
    pub(crate) count_snapshots_ahead: String,
    pub(crate) last_payment: String,
    pub(crate) check_entries: String,
    pub(crate) check_snapshots: String,
    pub(crate) check_messages: String,
    pub(crate) check_events: String,
}

impl IntegrityStatements {
    pub(crate) fn new(schema: &Template<'_>) -> Self {
        Self {
            count_gaps: schema.fill(COUNT_GAPS),
            count_snapshots_ahead: schema.fill(COUNT_SNAPSHOTS_AHEAD),
            last_payment: schema.fill("SELECT coalesce(max(id), 0) FROM {schema}.payment"),
            check_entries: schema.fill(&CHECK_ENTRIES.replace("{table}", "journal_entry")),
            check_snapshots: schema.fill(&CHECK_ENTRIES.replace("{table}", "snapshot")),
            check_messages: schema.fill(CHECK_MESSAGES),
            check_events: schema.fill(CHECK_EVENTS),
        }
    }
}

/// Counts payments whose journal does not run from the first entry that was not pruned to their last one.
const COUNT_GAPS: &str = "
SELECT count(*) FROM {schema}.payment LEFT JOIN (
    SELECT payment_id, count(*) AS entries, max(seq) AS last FROM {schema}.journal_entry GROUP BY payment_id
) AS journal ON journal.payment_id = payment.id
WHERE payment.last_seq - coalesce(payment.pruned_to, 0) <> coalesce(journal.entries, 0) OR payment.last_seq <> coalesce(journal.last, 0)";

/// Counts snapshots of entries that do not exist.
const COUNT_SNAPSHOTS_AHEAD: &str = "
SELECT count(*) FROM {schema}.snapshot JOIN {schema}.payment ON payment.id = snapshot.payment_id
WHERE snapshot.seq > payment.last_seq";

const CHECK_ENTRIES: &str = "
SELECT payment.reference, entry.seq, entry.bytes, entry.checksum
FROM {schema}.{table} AS entry JOIN {schema}.payment ON payment.id = entry.payment_id
WHERE entry.payment_id > $1 AND entry.payment_id <= $2";

const CHECK_MESSAGES: &str = "
SELECT payment.reference, message.idempotency_key, message.lane, message.body, message.checksum
FROM {schema}.outbox_message AS message JOIN {schema}.payment ON payment.id = message.payment_id
WHERE message.payment_id > $1 AND message.payment_id <= $2";

/// Events that wait; the others have no body.
const CHECK_EVENTS: &str = "
SELECT event.event_id, event.body, event.checksum
FROM {schema}.inbox_queue AS queue JOIN {schema}.inbox_event AS event ON event.id = queue.inbox_event_id";
