//! Payments per second of the stores, and of the disk, SQLite and PostgreSQL alone.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::path::Path;

use kakaopay_benches::store::{
    best, claim_and_complete, claim_deadlines, fill, payments, rate, synced, wait_in_postgres,
    wait_in_sqlite, with_rusqlite, with_skip_locked, with_tokio_postgres,
};
use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_store_postgres::{PostgresOptions, PostgresStore};
use kakaopay_store_sqlite::SqliteStore;

/// Number of measurements of each.
const ROUNDS: u64 = 5;
/// Number of waiting rows.
const WAITING: u64 = 1_000_000;
/// Number of claims per round.
const CLAIMED: u64 = 100_000;

#[tokio::main(worker_threads = 2)]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    sqlite(folder.path()).await;
    let Some(cluster) = Cluster::start(Setup::new()) else { return };
    postgres(&cluster).await;
    claims(folder.path(), &cluster).await;
}

async fn sqlite(folder: &Path) {
    let print = |name: &str, rate: f64| println!("sqlite/{name} {rate:.0}");
    let file = folder.join("plain.sqlite");
    print("fdatasync", best(ROUNDS, async |_| rate(4_000, async { synced(folder, 4_000) }).await).await);
    for (name, count, group) in [("rusqlite", 2_000, 1), ("rusqlite_groups_of_32", 16_000, 32)] {
        let stored = async |_| rate(count, async { with_rusqlite(&file, count, group) }).await;
        print(name, best(ROUNDS, stored).await);
    }
    let store = SqliteStore::open(folder.join("store.sqlite")).expect("a store");
    for (name, count, callers) in [("unbatched", 2_000, 1), ("concurrent_32", 16_000, 32)] {
        let stored =
            async |round| rate(count, payments(&store, &format!("{name}-{round}"), count, callers)).await;
        print(name, best(ROUNDS, stored).await);
    }
    store.integrity_check().await.expect("an intact store");
    store.close().await.expect("closed");
}

async fn postgres(cluster: &Cluster) {
    let print = |name: &str, rate: f64| println!("postgres/{name} {rate:.0}");
    let url = cluster.tcp("postgres");
    for (name, count, callers) in [("tokio_postgres", 1_000, 1), ("tokio_postgres_32", 8_000, 32)] {
        let stored = async |_| rate(count, with_tokio_postgres(&url, count, callers)).await;
        print(name, best(ROUNDS, stored).await);
    }
    let store = open(&url, "paid", 32).await;
    for (name, count, callers) in [("unbatched", 1_000, 1), ("concurrent_32", 8_000, 32)] {
        let stored =
            async |round| rate(count, payments(&store, &format!("{name}-{round}"), count, callers)).await;
        print(name, best(ROUNDS, stored).await);
    }
}

async fn claims(folder: &Path, cluster: &Cluster) {
    let print = |name: &str, rate: f64| println!("claims/{name} {rate:.0}");
    let url = cluster.tcp("postgres");
    let rows = format!(
        "CREATE TABLE plain_outbox (id bigint PRIMARY KEY, body bytea);
        INSERT INTO plain_outbox SELECT i, 'x' FROM generate_series(1, {WAITING}) AS n (i)"
    );
    fill(&url, &rows).await;
    let taken = async |_| rate(CLAIMED, with_skip_locked(&url, CLAIMED)).await;
    print("skip_locked_delete", best(ROUNDS, taken).await);
    let store = open(&url, "waits", 8).await;
    wait_in_postgres(&url, "waits", WAITING).await;
    let completed = async |_| rate(CLAIMED, claim_and_complete(&store, CLAIMED)).await;
    print("postgres_claim_and_complete", best(ROUNDS, completed).await);
    let claimed = async |_| rate(CLAIMED, claim_deadlines(&store, CLAIMED)).await;
    print("postgres_deadlines", best(ROUNDS, claimed).await);
    let file = folder.join("waits.sqlite");
    let store = SqliteStore::open(&file).expect("a store");
    wait_in_sqlite(&file, WAITING);
    let claimed = async |_| rate(CLAIMED, claim_deadlines(&store, CLAIMED)).await;
    print("sqlite_deadlines", best(ROUNDS, claimed).await);
}

async fn open(url: &str, schema: &str, connections: usize) -> PostgresStore {
    let options = PostgresOptions::new(url).expect("a URL").schema(schema).max_connections(connections);
    options.open().await.expect("a store")
}
