//! The database's server, killed while shops work.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_pure_tests::report::{report, times};
use kakaopay_store_postgres::tokio_postgres::{NoTls, connect};
use kakaopay_tests::kill_shop::PostgresDatabase;
use tokio::task::spawn_blocking;

use crate::outcome::{check, heal};
use crate::scene::Scene;
use crate::shop_process::{Disturbance, ShopProcess};

/// How many shops work at once.
const WORKERS: u64 = 4;

/// When the server was started, as it says.
async fn started_at(cluster: &Cluster) -> String {
    let (client, connection) = connect(&cluster.tcp("postgres"), NoTls).await.expect("a connection");
    let connection = tokio::spawn(connection);
    let row = client.query_one("SELECT pg_postmaster_start_time()::text", &[]).await.expect("a row");
    connection.abort();
    row.get(0)
}

/// F11, F13, I1, I2, I3, I10: the server and all its processes are killed while shops write, and restarted on the
/// same data. The shops keep running, and finish all orders by themselves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f13_f11_i10_shops_outlive_a_database_that_is_killed() {
    let Some(cluster) = Cluster::start(Setup::new()) else { return };
    let (cluster, kills) = (Arc::new(cluster), times("KAKAOPAY_SERVER_KILLS", 3));
    let mut scene = Scene::set::<PostgresDatabase>(cluster.tcp("postgres")).await;
    let mut shops: Vec<_> =
        (1..=WORKERS).map(|worker| scene.start_shop(worker, 1, Disturbance::default())).collect();
    let mut starts = BTreeSet::from([started_at(&cluster).await]);
    for kill in 0..kills {
        // They work again, each of them: the next blow meets them in the middle of something.
        let before = scene.opened_by_each();
        scene.hear_until(|scene| scene.opened_by_each() > before + 1).await;
        let until = kill.wrapping_mul(2_654_435_761) % 50_000;
        tokio::time::sleep(Duration::from_micros(until.into())).await;
        let server = Arc::clone(&cluster);
        spawn_blocking(move || server.kill()).await.expect("killed");
        scene.go_on().await;
        let server = Arc::clone(&cluster);
        spawn_blocking(move || server.start_again()).await.expect("started");
        starts.insert(started_at(&cluster).await);
    }
    assert_eq!(starts.len(), kills as usize + 1, "each kill ended the server");
    shops.iter_mut().for_each(ShopProcess::close);
    scene.hear_until(|scene| scene.closed == shops.len()).await;
    scene.go_on().await;
    heal::<PostgresDatabase>(&mut scene).await;
    // None has given up, or it could not be killed.
    shops.into_iter().for_each(ShopProcess::kill);
    // The store repeats calls for seconds, so that few or none of them fail.
    let troubles: usize = scene.troubles.values().sum();
    let figures = check::<PostgresDatabase>(&scene).await;
    let figures = format!("{kills} kills of the server under 4 shops, {troubles} calls failed, {figures}");
    report(env!("CARGO_TARGET_TMPDIR"), "f13-killed-server", &figures);
}
