//! Many waiting deadlines and messages, and workers that claim them.

use std::path::Path;
use std::time::Duration;

use kakaopay_store::{ClaimRequest, Store};
use kakaopay_store_postgres::PostgresStore;
use kakaopay_store_sqlite::rusqlite::Connection;
use tokio::task::JoinSet;

use super::plain::{client, fill};

/// Number of claims per call.
const BATCH: usize = 1_000;

/// Fills a PostgreSQL store with `count` payments, each with a deadline and a message.
///
/// # Panics
/// If the server fails.
pub async fn wait_in_postgres(url: &str, schema: &str, count: u64) {
    let numbers = format!("generate_series(1, {count}::bigint) AS n (i)");
    let rows = format!(
        "SET search_path = {schema}; SET synchronous_commit = off;
        INSERT INTO payment (reference, last_seq) SELECT 'waits-' || i, 1 FROM {numbers};
        INSERT INTO due_payment SELECT id, reference, id, id FROM payment;
        INSERT INTO outbox_message (idempotency_key, payment_id, lane, body, checksum, stored_at)
            SELECT reference, id, 'ordered', 'x'::bytea, 0, 0 FROM payment;
        INSERT INTO outbox_queue (outbox_message_id, payment_id, lane, stored_at, set_at)
            SELECT id, payment_id, lane, 0, 0 FROM outbox_message"
    );
    fill(url, &rows).await;
}

/// Fills a SQLite store in the same way.
///
/// # Panics
/// If the file cannot be written.
pub fn wait_in_sqlite(file: &Path, count: u64) {
    let rows = format!(
        "PRAGMA synchronous = OFF; BEGIN;
        WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {count})
            INSERT INTO payment (id, reference, last_seq, due_at, due_set_at) SELECT i, 'waits-' || i, 1, i, i FROM n;
        INSERT INTO outbox_message (idempotency_key, payment_id, lane, body, checksum, stored_at, set_at)
            SELECT reference, id, 'ordered', CAST('x' AS BLOB), 0, 0, 0 FROM payment;
        COMMIT"
    );
    Connection::open(file).expect("a store").execute_batch(&rows).expect("stored");
}

fn lease() -> ClaimRequest {
    ClaimRequest::new(Duration::from_secs(3_600), BATCH)
}

/// Claims this number of deadlines.
///
/// # Panics
/// If the store fails, or fewer wait.
pub async fn claim_deadlines(store: &impl Store, count: u64) {
    for _ in 0..count / BATCH as u64 {
        assert_eq!(store.claim_due(lease()).await.expect("claimed").len(), BATCH);
    }
}

/// Claims and completes messages with four workers.
///
/// # Panics
/// If the store fails, or fewer wait.
pub async fn claim_and_complete(store: &PostgresStore, count: u64) {
    let mut workers = JoinSet::new();
    for _ in 0..4 {
        let store = store.clone();
        workers.spawn(async move {
            for _ in 0..count / 4 / BATCH as u64 {
                let claimed = store.claim_messages(lease()).await.expect("claimed");
                let done: Vec<_> = claimed.iter().map(|message| (&*message.key, message.claim)).collect();
                assert_eq!(done.len(), BATCH);
                assert!(store.complete_all(&done).await.expect("completed").is_empty());
            }
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended.expect("a worker");
    }
}

/// Claims and deletes rows of a plain table with four workers.
///
/// # Panics
/// If the server fails.
pub async fn with_skip_locked(url: &str, count: u64) {
    let take = format!(
        "DELETE FROM plain_outbox WHERE id = ANY (ARRAY (
            SELECT id FROM plain_outbox ORDER BY id LIMIT {BATCH} FOR UPDATE SKIP LOCKED)) RETURNING id, body"
    );
    let mut workers = JoinSet::new();
    for _ in 0..4 {
        let (client, take) = (client(url).await, take.clone());
        workers.spawn(async move {
            let take = client.prepare(&take).await.expect("SQL");
            for _ in 0..count / 4 / BATCH as u64 {
                assert_eq!(client.query(&take, &[]).await.expect("taken").len(), BATCH);
            }
        });
    }
    while let Some(ended) = workers.join_next().await {
        ended.expect("a worker");
    }
}
