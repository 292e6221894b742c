-- A ledger as version 0.1.0 made it: its pragmas, its book of migrations, and its first schema.
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;

CREATE TABLE migration (
    version  INTEGER NOT NULL PRIMARY KEY,
    checksum TEXT    NOT NULL
) STRICT;
PRAGMA application_id = 0x4B6B4C67;

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

INSERT INTO migration (version, checksum) VALUES (1, '4ed97f0c7abeb1e1');
PRAGMA user_version = 1;
COMMIT;
