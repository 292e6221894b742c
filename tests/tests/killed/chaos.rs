//! Four shops under load whose connections are ended, whose server restarts, and whose disk is full for a while.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_pure_tests::report::{report, times};
use kakaopay_store_postgres::tokio_postgres::error::SqlState;
use kakaopay_store_postgres::tokio_postgres::{Client, NoTls, connect};
use kakaopay_tests::kill_shop::PostgresDatabase;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::outcome::{check, heal};
use crate::scene::Scene;
use crate::shop_process::{Disturbance, ShopProcess};

/// How many shops work at once.
const WORKERS: u64 = 4;
/// In how many rounds the orders are sold, each with its troubles.
const ROUNDS: usize = 40;
/// After how many of them the server restarts, and the disk is full.
const RESTARTS: usize = 6;
const FULL: usize = 3;

async fn database(cluster: &Cluster, name: &str) -> Client {
    let (client, connection) = connect(&cluster.tcp(name), NoTls).await.expect("a connection");
    tokio::spawn(async { drop(connection.await) });
    client
}

/// Ends all other connections to the database; returns how many.
async fn end_connections(cluster: &Cluster) -> i64 {
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
               WHERE datname = 'shop' AND pid <> pg_backend_pid()";
    database(cluster, "postgres").await.query_one(end, &[]).await.expect("ended").get(0)
}

/// The disk is full for seconds.
async fn fill(cluster: &Cluster, scene: &mut Scene) {
    let (admin, disk) = (database(cluster, "postgres").await, cluster.small_disk());
    let full = admin.batch_execute(&disk.fill).await.expect_err("a full disk");
    assert_eq!(full.code().map(SqlState::code), Some("53100"), "{full}");
    for _ in 0..70 {
        sleep(Duration::from_millis(100)).await;
        scene.go_on().await;
    }
    admin.batch_execute(&disk.free).await.expect("room");
}

/// F13, F68, I1, I2, I3, I10: nothing is lost and nothing is done twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f13_f68_shops_outlive_ended_connections_restarts_and_a_full_disk() {
    let orders = usize::try_from(times("KAKAOPAY_CHAOS_PAYMENTS", 80)).expect("few");
    let rounds = ROUNDS.min(orders / 20);
    let Some(cluster) = Cluster::start(Setup::new().small_disk(128)) else { return };
    let cluster = Arc::new(cluster);
    let admin = database(&cluster, "postgres").await;
    admin.batch_execute(&cluster.small_disk().create).await.expect("a tablespace");
    admin.batch_execute("CREATE DATABASE shop TABLESPACE small").await.expect("a database");
    let mut scene = Scene::set::<PostgresDatabase>(cluster.tcp("shop")).await;
    let mut shops: Vec<_> =
        (1..=WORKERS).map(|worker| scene.start_shop(worker, 1, Disturbance::default())).collect();
    let (mut ended, mut restarts, mut fills) = (0, 0, 0);
    for round in 1..=rounds {
        scene.sell_until(orders * round / (rounds + 1)).await;
        ended += end_connections(&cluster).await;
        if round % rounds.div_ceil(RESTARTS) == 0 {
            let server = Arc::clone(&cluster);
            // In order, or as when power is lost; its disk keeps what it has.
            let stops = restarts % 2 == 0;
            spawn_blocking(move || if stops { server.stop() } else { server.kill() }).await.expect("ended");
            scene.go_on().await;
            let server = Arc::clone(&cluster);
            spawn_blocking(move || server.start_again()).await.expect("started");
            restarts += 1;
        }
        if round % rounds.div_ceil(FULL) == 0 {
            fill(&cluster, &mut scene).await;
            fills += 1;
        }
    }
    scene.sell_until(orders).await;
    shops.iter_mut().for_each(ShopProcess::close);
    scene.hear_until(|scene| scene.closed == shops.len()).await;
    scene.go_on().await;
    heal::<PostgresDatabase>(&mut scene).await;
    shops.into_iter().for_each(ShopProcess::kill);
    scene.go_on().await;
    assert!(ended >= i64::try_from(rounds).expect("few"), "{ended} connections were ended");
    assert!(restarts > 0 && fills > 0, "{restarts} restarts, {fills} times full");
    let twice =
        scene.shipped.values().filter(|charges| charges.iter().collect::<BTreeSet<_>>().len() > 1).count();
    let troubles = scene.troubles.clone();
    let figures = check::<PostgresDatabase>(&scene).await;
    let figures = format!(
        "{figures}; {rounds} times all connections ended ({ended}), {restarts} restarts, {fills} times a full disk, \
         {twice} shipped for two charges, calls failed: {troubles:?}"
    );
    report(env!("CARGO_TARGET_TMPDIR"), "f68-chaos", &figures);
    assert_eq!(twice, 0, "{figures}");
}
