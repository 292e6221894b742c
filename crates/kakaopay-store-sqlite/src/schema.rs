//! The schema, as the list of steps that lead to it.

/// Marks a file as a ledger of this crate: `KkLg` in SQLite's `application_id`.
pub(crate) const APPLICATION_ID: i32 = 0x4B6B_4C67;

/// One step from one schema to the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration {
    /// What it does to the file.
    pub(crate) sql: &'static str,
}

/// All steps in order; the version of a file is how many of them it has seen.
///
/// A step that was ever released is never edited, moved or removed: files remember its checksum.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration { sql: FIRST }, Migration { sql: SECOND }];

/// The tables, in the order a payment meets them. Moments are milliseconds since the Unix epoch.
const FIRST: &str = "
CREATE TABLE payment (
    id        INTEGER PRIMARY KEY,
    reference TEXT    NOT NULL UNIQUE,
    -- The last entry; zero before the first.
    seq       INTEGER NOT NULL DEFAULT 0 CHECK (seq >= 0),
    -- NULL when it waits for nothing.
    deadline  INTEGER
) STRICT;

CREATE INDEX payment_deadline ON payment (deadline, reference) WHERE deadline IS NOT NULL;

CREATE TABLE entry (
    payment INTEGER NOT NULL REFERENCES payment (id),
    seq     INTEGER NOT NULL CHECK (seq >= 1),
    bytes   BLOB    NOT NULL,
    PRIMARY KEY (payment, seq)
) STRICT;

CREATE TRIGGER entry_is_never_updated BEFORE UPDATE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never changed'); END;

CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN SELECT RAISE(ABORT, 'an entry is never deleted'); END;

CREATE TABLE charge (
    charge  TEXT    NOT NULL PRIMARY KEY,
    payment INTEGER NOT NULL REFERENCES payment (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
    -- Counts up in the order of arrival.
    arrival     INTEGER PRIMARY KEY,
    event       TEXT    NOT NULL UNIQUE,
    body        BLOB    NOT NULL,
    received_at INTEGER NOT NULL,
    -- From when on it can be claimed; NULL once it is worked off.
    visible_at  INTEGER
) STRICT;

CREATE INDEX inbox_waiting ON inbox (arrival) WHERE visible_at IS NOT NULL;
CREATE INDEX inbox_visible ON inbox (visible_at) WHERE visible_at IS NOT NULL;

CREATE TABLE outbox (
    -- Counts up in the order of storing.
    position   INTEGER PRIMARY KEY,
    key        TEXT    NOT NULL UNIQUE,
    payment    INTEGER NOT NULL REFERENCES payment (id),
    body       BLOB    NOT NULL,
    -- How often it was claimed, which is the number of the claim that counts.
    claims     INTEGER NOT NULL DEFAULT 0 CHECK (claims >= 0),
    -- From when on it can be claimed; NULL once it is told.
    visible_at INTEGER DEFAULT 0
) STRICT;

CREATE INDEX outbox_waiting ON outbox (position) WHERE visible_at IS NOT NULL;
CREATE INDEX outbox_visible ON outbox (visible_at) WHERE visible_at IS NOT NULL;
";

/// Snapshots, ages and chores.
pub(crate) const SECOND: &str = "
-- Beside the payments: a row of those is written at every step, and stays small.
CREATE TABLE snapshot (
    payment INTEGER PRIMARY KEY REFERENCES payment (id),
    -- The last entry it speaks of.
    seq     INTEGER NOT NULL CHECK (seq >= 1),
    bytes   BLOB    NOT NULL
) STRICT;

-- When the step was made that a message belongs to; before this migration that was not kept.
ALTER TABLE outbox ADD COLUMN stored_at INTEGER NOT NULL DEFAULT 0;

CREATE TABLE chore (
    chore TEXT    NOT NULL PRIMARY KEY,
    due   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";
