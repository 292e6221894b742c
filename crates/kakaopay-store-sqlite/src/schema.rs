//! The schema, as the list of migrations that lead to it.

use kakaopay_store::sql::Migration;

/// Marks a file as a store of this crate: `KkSt` in SQLite's `application_id`.
pub(crate) const APPLICATION_ID: i32 = 0x4B6B_5374;

/// All migrations in order. The version of a file is how many of them it has seen.
///
/// A released migration is never edited, moved or removed: each file records its checksum.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration::new(VERSION_1)];

/// Timestamps are milliseconds since the Unix epoch, by the store's clock.
///
/// A claim must not make a row longer, because a full file has no room for it. SQLite stores a number in as many bytes as
/// it needs, so that the first value of a column that a claim sets needs as many as each later one.
const VERSION_1: &str = "
CREATE TABLE payment (
    id         INTEGER PRIMARY KEY,
    reference  TEXT    NOT NULL UNIQUE,
    -- Sequence number of the last journal entry; 0 before the first.
    last_seq   INTEGER NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
    -- Sequence number of the last entry that was pruned; the next one stands for all up to it.
    pruned_to  INTEGER NOT NULL DEFAULT 0 CHECK (pruned_to BETWEEN 0 AND last_seq),
    -- Next deadline; NULL if there is none.
    due_at     INTEGER,
    -- When it was set.
    due_set_at INTEGER,
    -- Number of the valid claim; a negative one of as many bytes if it was set by a commit.
    due_claim  INTEGER NOT NULL DEFAULT -0x4000000000000000
) STRICT;

CREATE INDEX payment_due ON payment (due_at, reference) WHERE due_at IS NOT NULL;

CREATE TABLE journal_entry (
    payment_id INTEGER NOT NULL REFERENCES payment (id),
    seq        INTEGER NOT NULL CHECK (seq >= 1),
    bytes      BLOB    NOT NULL,
    checksum   INTEGER NOT NULL,
    PRIMARY KEY (payment_id, seq)
) STRICT;

CREATE TRIGGER journal_entry_rejects_update BEFORE UPDATE ON journal_entry
BEGIN SELECT RAISE(ABORT, 'journal entries are immutable'); END;

CREATE TRIGGER journal_entry_rejects_delete BEFORE DELETE ON journal_entry
WHEN OLD.seq > coalesce((SELECT pruned_to FROM payment WHERE id = OLD.payment_id), 0)
BEGIN SELECT RAISE(ABORT, 'journal entries are immutable'); END;

-- Apart from the payment, whose row every commit writes, so that it stays small.
CREATE TABLE snapshot (
    payment_id INTEGER PRIMARY KEY REFERENCES payment (id),
    -- Sequence number of the last journal entry in it.
    seq        INTEGER NOT NULL CHECK (seq >= 1),
    bytes      BLOB    NOT NULL,
    checksum   INTEGER NOT NULL
) STRICT;

CREATE TABLE charge (
    charge_id  TEXT    NOT NULL PRIMARY KEY,
    payment_id INTEGER NOT NULL REFERENCES payment (id)
) STRICT, WITHOUT ROWID;

CREATE INDEX charge_of_payment ON charge (payment_id);

CREATE TABLE inbox_event (
    -- Increases in the order of arrival.
    id          INTEGER PRIMARY KEY,
    event_id    TEXT    NOT NULL UNIQUE,
    -- Empty once it is completed.
    body        BLOB    NOT NULL,
    -- Of the body as received.
    checksum    INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    -- Can be claimed from then on; NULL once it is completed.
    visible_at  INTEGER,
    -- When that was set.
    set_at      INTEGER NOT NULL,
    -- Number of the last claim; a negative one of as many bytes before the first.
    claim       INTEGER NOT NULL DEFAULT -0x4000000000000000
) STRICT;

CREATE INDEX inbox_event_pending ON inbox_event (id) WHERE visible_at IS NOT NULL;
CREATE INDEX inbox_event_visible ON inbox_event (visible_at) WHERE visible_at IS NOT NULL;

CREATE TABLE outbox_message (
    -- Increases in the order of storing.
    id              INTEGER PRIMARY KEY,
    idempotency_key TEXT    NOT NULL UNIQUE,
    payment_id      INTEGER NOT NULL REFERENCES payment (id),
    lane            TEXT    NOT NULL CHECK (lane IN ('ordered', 'alert')),
    body            BLOB    NOT NULL,
    checksum        INTEGER NOT NULL,
    stored_at       INTEGER NOT NULL,
    -- Number of the valid claim, above 0x80000000. Each claim and each failure raises it.
    claim           INTEGER NOT NULL DEFAULT 0x80000000 CHECK (claim >= 0x80000000),
    failures        INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
    -- Whether an earlier ordered message of the payment is in the queue. It ends with that message.
    is_blocked      INTEGER NOT NULL DEFAULT 0 CHECK (is_blocked IN (0, 1)),
    -- Can be claimed from then on, unless it is blocked; NULL once it is completed or skipped.
    visible_at      INTEGER DEFAULT -0x80000001,
    -- When that was set.
    set_at          INTEGER NOT NULL,
    -- Whether it was claimed, and has not failed since.
    is_claimed      INTEGER NOT NULL DEFAULT 0 CHECK (is_claimed IN (0, 1)),
    skipped_by      TEXT,
    skipped_why     TEXT,
    skipped_at      INTEGER,
    CHECK ((skipped_by IS NULL) = (skipped_why IS NULL) AND (skipped_by IS NULL) = (skipped_at IS NULL)),
    CHECK (skipped_by IS NULL OR visible_at IS NULL)
) STRICT;

CREATE INDEX outbox_message_pending ON outbox_message (payment_id, id) WHERE visible_at IS NOT NULL;
-- Blocked messages are not in it, so that claiming does not read past them.
CREATE INDEX outbox_message_claimable ON outbox_message (visible_at, id)
WHERE visible_at IS NOT NULL AND is_blocked = 0;

CREATE TABLE job (
    name   TEXT    NOT NULL PRIMARY KEY,
    due_at INTEGER NOT NULL,
    -- When it was set.
    set_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Facts about the whole store.
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Second copies, against which damage shows in a check.
CREATE INDEX setting_copy ON setting (value);
CREATE INDEX job_copy ON job (due_at);

INSERT INTO setting (name, value) VALUES ('store_id', lower(hex(randomblob(16))));
";
