//! The schema, as the list of steps that lead to it.

/// One step from one schema to the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Migration {
    /// What it does, with `{schema}` for the schema's name.
    pub(crate) sql: &'static str,
}

/// All steps in order; the version of a schema is how many of them it has seen.
///
/// A step that was ever released is never edited, moved or removed: databases remember its
/// checksum. Processes of the version before go on while it is applied, and must be able to.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration { sql: FIRST }];

/// What a trigger answers when a charge would move to another payment. Classes from I on are free to use.
pub(crate) const CHARGE_TAKEN: &str = "KK002";

/// The tables, in the order a payment meets them. Moments are milliseconds since the Unix epoch.
///
/// What is known for ever and what waits are apart: `payment`, `entry`, `charge`, `delivery` and
/// `message` grow for years and are hardly ever updated; `deadline`, `inbox` and `outbox` hold only
/// what waits, and lose it when it is done. So what a payment costs depends on how many wait, and
/// not on how many there ever were.
///
/// Texts are compared by byte: an index in a collation of the operating system breaks when an
/// update of the system changes that collation.
const FIRST: &str = r#"
CREATE TABLE {schema}.payment (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference text   COLLATE "C" NOT NULL UNIQUE,
    -- The last entry; zero before the first.
    seq       bigint NOT NULL CHECK (seq >= 0)
-- Each step changes seq, which is in no index: with room left on the page the row stays on it and
-- no index is touched.
) WITH (fillfactor = 80);

CREATE TABLE {schema}.entry (
    payment bigint NOT NULL REFERENCES {schema}.payment,
    seq     bigint NOT NULL CHECK (seq >= 1),
    bytes   bytea  NOT NULL,
    PRIMARY KEY (payment, seq)
);

CREATE FUNCTION {schema}.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'an entry is never changed or deleted' USING ERRCODE = 'KK001'; END $$;

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE OR DELETE ON {schema}.entry
FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_change();

CREATE TRIGGER entry_is_never_emptied BEFORE TRUNCATE ON {schema}.entry
FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse_change();

CREATE TABLE {schema}.snapshot (
    payment bigint NOT NULL PRIMARY KEY REFERENCES {schema}.payment,
    -- The last entry it speaks of.
    seq     bigint NOT NULL CHECK (seq >= 1),
    bytes   bytea  NOT NULL
-- Replaced with each step, beside itself where it fits.
) WITH (fillfactor = 50);

CREATE TABLE {schema}.charge (
    charge  text   COLLATE "C" NOT NULL PRIMARY KEY,
    payment bigint NOT NULL REFERENCES {schema}.payment
);

CREATE FUNCTION {schema}.refuse_charge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a charge stays with its payment' USING ERRCODE = 'KK002'; END $$;

CREATE TRIGGER charge_stays BEFORE UPDATE OR DELETE ON {schema}.charge
FOR EACH ROW EXECUTE FUNCTION {schema}.refuse_charge();

-- Rows of the three tables of what waits come and go by the million, and their indexes are read
-- from the end where rows have just gone. Vacuum them by number of rows and without pauses: a share
-- of the table would let them wait longest when most is to be skipped.
CREATE TABLE {schema}.deadline (
    payment   bigint NOT NULL PRIMARY KEY REFERENCES {schema}.payment,
    -- Here too, so that those of one moment are claimed in the order of their references.
    reference text   COLLATE "C" NOT NULL,
    at        bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        autovacuum_vacuum_cost_delay = 0);

CREATE INDEX deadline_at ON {schema}.deadline (at, reference);

CREATE TABLE {schema}.delivery (
    -- Counts up in the order of arrival.
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event       text   COLLATE "C" NOT NULL UNIQUE,
    body        bytea  NOT NULL,
    received_at bigint NOT NULL
);

CREATE TABLE {schema}.inbox (
    delivery    bigint NOT NULL PRIMARY KEY REFERENCES {schema}.delivery,
    -- Here too, so that what waits can be counted without the table of all there ever were.
    received_at bigint NOT NULL,
    -- From when on it can be claimed.
    visible_at  bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        autovacuum_vacuum_cost_delay = 0);

CREATE INDEX inbox_visible ON {schema}.inbox (visible_at);

CREATE TABLE {schema}.message (
    -- Counts up in the order of storing.
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key       text   COLLATE "C" NOT NULL UNIQUE,
    payment   bigint NOT NULL REFERENCES {schema}.payment,
    body      bytea  NOT NULL,
    stored_at bigint NOT NULL,
    -- The claim under which it was told; NULL while it waits.
    told      bigint
-- Room for its one update.
) WITH (fillfactor = 70);

CREATE TABLE {schema}.outbox (
    message    bigint NOT NULL PRIMARY KEY REFERENCES {schema}.message,
    -- Here too, so that what waits can be counted without the table of all there ever were.
    stored_at  bigint NOT NULL,
    -- How often it was claimed, which is the number of the claim that counts.
    claims     bigint NOT NULL DEFAULT 0 CHECK (claims >= 0),
    -- From when on it can be claimed.
    visible_at bigint NOT NULL DEFAULT 0
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
        autovacuum_vacuum_cost_delay = 0);

CREATE INDEX outbox_visible ON {schema}.outbox (visible_at);

CREATE TABLE {schema}.chore (
    chore text   COLLATE "C" NOT NULL PRIMARY KEY,
    due   bigint NOT NULL
);
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_triggers_answer_with_the_codes_that_are_looked_for() {
        for code in ["KK001", CHARGE_TAKEN] {
            assert_eq!(FIRST.matches(&format!("ERRCODE = '{code}'")).count(), 1);
        }
    }
}
