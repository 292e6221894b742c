//! The schema, as the list of migrations that lead to it.

use kakaopay_store::sql::Migration;

/// All migrations in order, with `{schema}` for the schema's name. The version of a schema is how many of them it
/// has seen.
///
/// A released migration is never edited, moved or removed: each schema records its checksum. Processes of the
/// previous version keep running while a migration is applied, and must be able to.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration::new(VERSION_1)];

/// SQLSTATE of the trigger that rejects a charge of another payment. Classes from I on are free for applications.
pub(crate) const CHARGE_CONFLICT: &str = "KK002";

/// The tables. Timestamps are milliseconds since the Unix epoch, by the server's clock.
///
/// History and queues are separate: `payment`, `journal_entry`, `charge`, `inbox_event` and `outbox_message` grow
/// for years and are rarely updated; `due_payment`, `inbox_queue` and `outbox_queue` hold pending work only. So the
/// cost of a call depends on the amount of pending work, not on the size of the history.
///
/// Text is compared by byte: an index in a collation of the operating system breaks when an update of the system
/// changes that collation.
const VERSION_1: &str = r#"
CREATE TABLE {schema}.payment (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference text   COLLATE "C" NOT NULL UNIQUE,
    -- Sequence number of the last journal entry; 0 before the first.
    last_seq  bigint NOT NULL CHECK (last_seq >= 0),
    -- Sequence number of the last entry that was pruned, if one was; the next one stands for all up to it.
    pruned_to bigint CHECK (pruned_to BETWEEN 1 AND last_seq)
-- Each commit changes last_seq, which is in no index: with room left on the page the row stays on it,
-- and no index is touched.
) WITH (fillfactor = 80);

CREATE TABLE {schema}.journal_entry (
    payment_id bigint NOT NULL REFERENCES {schema}.payment,
    seq        bigint NOT NULL CHECK (seq >= 1),
    bytes      bytea  NOT NULL,
    checksum   bigint NOT NULL,
    PRIMARY KEY (payment_id, seq)
);

CREATE FUNCTION {schema}.reject_journal_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.seq <= (SELECT pruned_to FROM {schema}.payment WHERE id = OLD.payment_id) THEN RETURN OLD; END IF;
    END IF;
    RAISE EXCEPTION 'journal entries are immutable' USING ERRCODE = 'KK001';
END $$;

CREATE TRIGGER journal_entry_rejects_change BEFORE UPDATE OR DELETE ON {schema}.journal_entry
FOR EACH ROW EXECUTE FUNCTION {schema}.reject_journal_change();

CREATE TRIGGER journal_entry_rejects_truncate BEFORE TRUNCATE ON {schema}.journal_entry
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.reject_journal_change();

CREATE TABLE {schema}.snapshot (
    payment_id bigint NOT NULL PRIMARY KEY REFERENCES {schema}.payment,
    -- Sequence number of the last journal entry in it.
    seq        bigint NOT NULL CHECK (seq >= 1),
    bytes      bytea  NOT NULL,
    checksum   bigint NOT NULL
-- Each commit replaces it, on the same page if it fits.
) WITH (fillfactor = 50);

CREATE TABLE {schema}.charge (
    charge_id  text   COLLATE "C" NOT NULL PRIMARY KEY,
    payment_id bigint NOT NULL REFERENCES {schema}.payment
);

CREATE INDEX charge_payment_id ON {schema}.charge (payment_id);

CREATE FUNCTION {schema}.reject_charge_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a charge stays with its payment' USING ERRCODE = 'KK002'; END $$;

CREATE TRIGGER charge_rejects_change BEFORE UPDATE OR DELETE ON {schema}.charge
FOR EACH ROW EXECUTE FUNCTION {schema}.reject_charge_change();

-- Rows of the three queues come and go by the million, and their indexes are read from the end where rows
-- have just gone. Vacuum them by number of rows and without pauses: a share of the table would delay vacuum
-- most when most is to be skipped.
CREATE TABLE {schema}.due_payment (
    payment_id bigint NOT NULL PRIMARY KEY REFERENCES {schema}.payment,
    -- Copied, so that payments due at the same time are claimed in the order of their references.
    reference  text   COLLATE "C" NOT NULL,
    due_at     bigint NOT NULL,
    -- When that was set.
    set_at     bigint NOT NULL,
    -- Number of the last claim, by which its process renews it, and finds it again if the response was lost.
    claimed_by bigint
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        autovacuum_vacuum_cost_delay = 0);

CREATE INDEX due_payment_due_at ON {schema}.due_payment (due_at, reference);

CREATE TABLE {schema}.inbox_event (
    -- Increases in the order of arrival.
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id    text   COLLATE "C" NOT NULL UNIQUE,
    -- Empty once it is completed.
    body        bytea  NOT NULL,
    -- Of the body as received.
    checksum    bigint NOT NULL,
    received_at bigint NOT NULL
-- Room for its one update.
) WITH (fillfactor = 70);

CREATE TABLE {schema}.inbox_queue (
    inbox_event_id bigint NOT NULL PRIMARY KEY REFERENCES {schema}.inbox_event,
    -- Copied, so that the backlog is counted without the table of all events.
    received_at    bigint NOT NULL,
    -- Can be claimed from then on.
    visible_at     bigint NOT NULL,
    -- When that was set.
    set_at         bigint NOT NULL,
    -- Number of the last claim, by which its process renews it, and finds it again if the response was lost.
    claimed_by     bigint
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        autovacuum_vacuum_cost_delay = 0);

CREATE INDEX inbox_queue_visible_at ON {schema}.inbox_queue (visible_at);

CREATE TABLE {schema}.outbox_message (
    -- Increases in the order of storing.
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    idempotency_key text   COLLATE "C" NOT NULL UNIQUE,
    payment_id      bigint NOT NULL REFERENCES {schema}.payment,
    lane            text   COLLATE "C" NOT NULL CHECK (lane IN ('ordered', 'alert')),
    body            bytea  NOT NULL,
    checksum        bigint NOT NULL,
    stored_at       bigint NOT NULL,
    -- The claim under which it was completed; NULL while it is queued, and if it was skipped.
    completed_claim bigint,
    skipped_by      text   COLLATE "C",
    skipped_why     text   COLLATE "C",
    skipped_at      bigint,
    CHECK (num_nulls(skipped_by, skipped_why, skipped_at) = 3
        OR num_nulls(skipped_by, skipped_why, skipped_at) = 0 AND completed_claim IS NULL)
-- Room for its one update.
) WITH (fillfactor = 70);

CREATE TABLE {schema}.outbox_queue (
    outbox_message_id bigint NOT NULL PRIMARY KEY REFERENCES {schema}.outbox_message,
    -- Copied, like the next two, so that the queue is read without the table of all messages.
    payment_id        bigint NOT NULL,
    lane              text   COLLATE "C" NOT NULL,
    stored_at         bigint NOT NULL,
    -- Number of the valid claim. Each claim and each failure raises it.
    claim             bigint NOT NULL DEFAULT 0 CHECK (claim >= 0),
    failures          bigint NOT NULL DEFAULT 0 CHECK (failures >= 0),
    -- Can be claimed from then on, unless an earlier ordered message of the payment is queued.
    visible_at        bigint NOT NULL DEFAULT 0,
    -- When that was set.
    set_at            bigint NOT NULL,
    -- Number of the last claim, by which its process finds it again if the response was lost.
    claimed_by        bigint
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        autovacuum_vacuum_cost_delay = 0);

-- In the order of claims, which end at their limit without sorting.
CREATE INDEX outbox_queue_visible_at ON {schema}.outbox_queue (visible_at, outbox_message_id);
CREATE INDEX outbox_queue_ordered ON {schema}.outbox_queue (payment_id, outbox_message_id) WHERE lane = 'ordered';

CREATE TABLE {schema}.job (
    name   text   COLLATE "C" NOT NULL PRIMARY KEY,
    due_at bigint NOT NULL,
    -- When that was set.
    set_at bigint NOT NULL,
    -- Number of the last claim, by which its process finds it again if the response was lost.
    claimed_by bigint
);

-- Facts about the whole store.
CREATE TABLE {schema}.setting (
    name  text COLLATE "C" NOT NULL PRIMARY KEY,
    value text COLLATE "C" NOT NULL
);

INSERT INTO {schema}.setting (name, value)
VALUES ('store_id', replace(gen_random_uuid()::text, '-', ''));
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_triggers_raise_the_error_codes_of_this_crate() {
        for code in ["KK001", CHARGE_CONFLICT] {
            assert_eq!(VERSION_1.matches(&format!("ERRCODE = '{code}'")).count(), 1);
        }
    }
}
