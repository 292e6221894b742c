//! Time per payment in microseconds with 32 callers, by the number of stored payments.
//!
//! The largest store has a million; with `KAKAOPAY_STORED=10000000` ten, which takes minutes and 20 GB.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::path::Path;

use kakaopay_benches::store::{fill_postgres, fill_sqlite, payments, rate};
use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_store::Store;
use kakaopay_store_postgres::PostgresOptions;
use kakaopay_store_sqlite::SqliteStore;

/// Number of measurements of each, in turns, so that other work on the machine affects all of them.
const ROUNDS: u64 = 8;
/// Number of payments per round.
const COUNT: u64 = 4_000;

#[tokio::main(worker_threads = 2)]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut stores = Vec::new();
    for size in sizes() {
        stores.push((size, sqlite(folder.path(), size).await));
    }
    costs("sqlite", &stores).await;
    drop(stores);
    let Some(cluster) = Cluster::start(Setup::new()) else { return };
    let (url, mut stores) = (cluster.tcp("postgres"), Vec::new());
    for size in sizes() {
        let schema = format!("stored_{size}");
        let options = PostgresOptions::new(&url).expect("a URL").schema(&schema).max_connections(32);
        let store = options.open().await.expect("a store");
        fill_postgres(&url, &schema, size).await;
        stores.push((size, store));
    }
    costs("postgres", &stores).await;
}

async fn sqlite(folder: &Path, size: u64) -> SqliteStore {
    let file = folder.join(format!("{size}.sqlite"));
    SqliteStore::open(&file).expect("a store").close().await.expect("closed");
    fill_sqlite(&file, size);
    SqliteStore::open(&file).expect("a store")
}

async fn costs(name: &str, stores: &[(u64, impl Store)]) {
    let mut best = vec![0.0_f64; stores.len()];
    // The first round warms the stores up and does not count.
    for round in 0..=ROUNDS {
        for ((_, store), best) in stores.iter().zip(&mut best) {
            let rate = rate(COUNT, payments(store, &format!("new-{round}"), COUNT, 32)).await;
            *best = if round == 0 { 0.0 } else { best.max(rate) };
        }
    }
    for ((size, _), best) in stores.iter().zip(&best) {
        println!("{name}/stored_{size} {:.2}", 1_000_000.0 / best);
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark is given no arguments")]
fn sizes() -> impl Iterator<Item = u64> {
    let most = std::env::var("KAKAOPAY_STORED").map_or(1_000_000, |most| most.parse().expect("a number"));
    [10_000, 100_000, 1_000_000, 10_000_000].into_iter().filter(move |size| *size <= most)
}
