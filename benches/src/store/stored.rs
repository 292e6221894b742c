//! Stores with many payments.

use std::path::Path;

use kakaopay_store_sqlite::rusqlite::Connection;

use super::payment::{INTENT, PAID};
use super::plain::fill;

/// Fills a SQLite store with finished payments by SQL: through the store, ten million would take hours.
///
/// # Panics
/// If the file cannot be written.
pub fn fill_sqlite(file: &Path, count: u64) {
    let connection = Connection::open(file).expect("a store");
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000").expect("set");
    // A few at a time, so that the log stays small.
    for first in (0..count).step_by(100_000) {
        let last = count.min(first + 100_000);
        let numbers = format!(
            "WITH RECURSIVE n (i) AS (VALUES ({first}) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {last})"
        );
        let spread = "printf('%08x-old-%d', (i * 2654435761) & 4294967295, i)";
        let rows = format!(
            "BEGIN;
            {numbers} INSERT INTO payment (id, reference, last_seq) SELECT i + 1, {spread}, 2 FROM n;
            {numbers} INSERT INTO journal_entry SELECT i + 1, seq, bytes, 0 FROM n, (SELECT 1 AS seq, CAST('{INTENT}' AS BLOB) AS bytes
                UNION ALL SELECT 2, CAST('{PAID}' AS BLOB)) ORDER BY i, seq;
            {numbers} INSERT INTO charge SELECT 'chrg_test_' || {spread}, i + 1 FROM n;
            {numbers} INSERT INTO outbox_message (idempotency_key, payment_id, lane, body, checksum, claim, visible_at, stored_at, set_at)
                SELECT {spread} || '/paid', i + 1, 'ordered', CAST('{PAID}' AS BLOB), 0, 0x80000001, NULL, 0, 0 FROM n;
            COMMIT"
        );
        connection.execute_batch(&rows).expect("stored");
    }
}

/// Fills a PostgreSQL store in the same way.
///
/// # Panics
/// If the server fails.
pub async fn fill_postgres(url: &str, schema: &str, count: u64) {
    let spread = "lpad(to_hex((i * 2654435761) & 4294967295), 8, '0') || '-old-' || i";
    let numbers = format!("generate_series(1, {count}::bigint) AS n (i)");
    let rows = format!(
        "SET search_path = {schema}; SET synchronous_commit = off;
        INSERT INTO payment (reference, last_seq) SELECT {spread}, 2 FROM {numbers};
        INSERT INTO journal_entry SELECT i, 1, convert_to('{INTENT}', 'UTF8'), 0 FROM {numbers};
        INSERT INTO journal_entry SELECT i, 2, convert_to('{PAID}', 'UTF8'), 0 FROM {numbers};
        INSERT INTO charge SELECT 'chrg_test_' || {spread}, i FROM {numbers};
        INSERT INTO outbox_message (idempotency_key, payment_id, lane, body, checksum, stored_at, completed_claim)
            SELECT {spread} || '/paid', i, 'ordered', convert_to('{PAID}', 'UTF8'), 0, 0, 1 FROM {numbers}"
    );
    fill(url, &rows).await;
}
