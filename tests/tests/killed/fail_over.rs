//! Three shops under load whose database fails over to a standby, and whose old primary comes back unfenced.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use kakaopay::types::ChargeStatus;
use kakaopay_postgres_cluster::{Cluster, Setup};
use kakaopay_pure_tests::report::{report, times};
use kakaopay_store_postgres::tokio_postgres::{Client, NoTls, connect};
use kakaopay_tests::kill_shop::PostgresDatabase;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};

use crate::outcome::{check, heal};
use crate::scene::Scene;
use crate::shop_process::{Disturbance, ShopProcess};

/// How many shops work at once.
const WORKERS: u64 = 3;
/// More than anything here takes on a machine that others use, too.
const PATIENCE: Duration = Duration::from_secs(120);

async fn database(cluster: &Cluster) -> Client {
    let (client, connection) = connect(&cluster.tcp("postgres"), NoTls).await.expect("a connection");
    tokio::spawn(async { drop(connection.await) });
    client
}

/// Waits until a query returns this number.
async fn until(client: &Client, query: &str, expected: i64) {
    let reached = async {
        while client.query_one(query, &[]).await.ok().map(|row| row.get::<_, i64>(0)) != Some(expected) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, reached).await.unwrap_or_else(|_| panic!("never {expected}: {query}"));
}

async fn entries(client: &Client) -> i64 {
    let count = "SELECT count(*) FROM kakaopay.journal_entry";
    client.query_one(count, &[]).await.expect("a count").get(0)
}

/// The standby takes over from a primary that was killed. Returns how many of the opened orders it does not know.
async fn take_over(scene: &Scene, standby: &Client) -> usize {
    // It will have no standby to wait for.
    let alone = "ALTER SYSTEM SET synchronous_standby_names = ''";
    standby.batch_execute(alone).await.expect("set");
    standby.batch_execute("SELECT pg_reload_conf()").await.expect("loaded");
    until(standby, "SELECT count(*) WHERE current_setting('synchronous_standby_names') = ''", 1).await;
    standby.batch_execute("SELECT pg_promote()").await.expect("promoted");
    let known = standby.query("SELECT reference FROM kakaopay.payment", &[]).await.expect("orders");
    let known: BTreeSet<String> = known.iter().map(|row| row.get(0)).collect();
    scene.opened.keys().filter(|order| !known.contains(&format!("order-{order}"))).count()
}

/// The whole run. Without `synchronous`, the standby has stopped receiving before the primary is killed.
async fn fail_over(name: &str, synchronous: bool) {
    let setup = Setup::new();
    let setup = if synchronous { setup.setting("synchronous_standby_names", "one") } else { setup };
    let Some(primary) = Cluster::start(setup) else { return };
    let standby = primary.standby("one");
    let copy = database(&standby).await;
    if synchronous {
        let admin = database(&primary).await;
        until(&admin, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", 1).await;
    }
    let orders = usize::try_from(times("KAKAOPAY_FAIL_OVER_ORDERS", 60)).expect("few");
    let ports = format!("port={},{}", primary.port(), standby.port());
    let both = primary.tcp("postgres").replace("host=127.0.0.1", "host=127.0.0.1,127.0.0.1");
    let both = both.replace(&format!("port={}", primary.port()), &ports);
    let mut scene = Scene::set::<PostgresDatabase>(format!("{both} target_session_attrs=read-write")).await;
    scene.hesitates = true;
    let mut shops: Vec<_> =
        (1..=WORKERS).map(|worker| scene.start_shop(worker, 1, Disturbance::default())).collect();
    scene.sell_until(orders / 3).await;
    if !synchronous {
        let stop = "ALTER SYSTEM SET primary_conninfo = ''";
        copy.batch_execute(stop).await.expect("set");
        copy.batch_execute("SELECT pg_reload_conf()").await.expect("loaded");
        until(&copy, "SELECT count(*) FROM pg_stat_wal_receiver", 0).await;
    }
    scene.sell_until(orders / 2).await;

    let (primary, down) = (Arc::new(primary), Instant::now());
    let killed = Arc::clone(&primary);
    spawn_blocking(move || killed.kill()).await.expect("killed");
    // What was said before.
    sleep(Duration::from_millis(200)).await;
    scene.go_on().await;
    let (at_kill, pages, shipped_before) = (scene.opened.len(), scene.pages.clone(), scene.shipped.clone());
    let unknown = take_over(&scene, &copy).await;
    scene.sell_until(at_kill + 1).await;
    let away = down.elapsed();
    // No process can tell that the old one is old before it has met the new one.
    while pages.iter().any(|(worker, before)| scene.pages[worker] <= *before) {
        scene.sell_until(scene.opened.len() + 1).await;
    }
    let returned = Arc::clone(&primary);
    spawn_blocking(move || returned.start_again()).await.expect("started");
    let old = database(&primary).await;
    let left = entries(&old).await;
    // The buyers of one shop come back, and check out all of their orders again.
    shops.push(scene.start_shop(1, 1, Disturbance::default()));
    scene.sell_until(orders).await;
    scene.hesitate_no_more().await;
    shops.iter_mut().for_each(ShopProcess::close);
    let count = shops.len();
    scene.hear_until(|scene| scene.closed == count).await;
    scene.go_on().await;
    scene.books = standby.tcp("postgres");
    let healing = Instant::now();
    heal::<PostgresDatabase>(&mut scene).await;
    let healed = healing.elapsed();
    shops.into_iter().for_each(ShopProcess::kill);
    scene.go_on().await;
    assert_eq!(entries(&old).await, left, "the old primary was written to");

    let shipped_before = shipped_before.into_keys().collect();
    settle(&scene, name, synchronous, TakeOver { unknown, shipped_before, away, healed }).await;
}

/// What happened at the fail-over.
struct TakeOver {
    unknown: usize,
    shipped_before: Vec<String>,
    away: Duration,
    healed: Duration,
}

/// Checks the books, and reports the figures.
async fn settle(scene: &Scene, name: &str, synchronous: bool, take_over: TakeOver) {
    let TakeOver { unknown, shipped_before, away, healed } = take_over;
    let second = second_charges(scene).await;
    let twice =
        scene.shipped.values().filter(|charges| charges.iter().collect::<BTreeSet<_>>().len() > 1).count();
    let again = scene.shipped.values().filter(|charges| charges.len() > 1).count();
    let again_before = shipped_before.iter().filter(|order| scene.shipped[*order].len() > 1).count();
    let (orphans, adopted) = (scene.orphans.len(), scene.adopted.len());
    let repeated = scene.orphans.values().filter(|count| **count > 1).count();
    let troubles: usize = scene.troubles.values().sum();
    let figures = check::<PostgresDatabase>(scene).await;
    let figures = format!(
        "{figures}; {unknown} unknown to the new primary, {orphans} orphans notified ({repeated} more than once), {adopted} \
         adopted, {second} second payable charges, {twice} shipped for two charges, {again} handled again ({again_before} \
         of them before the fail-over), {troubles} calls failed, first order after {:.1} s, healed after {:.1} s",
        away.as_secs_f64(),
        healed.as_secs_f64()
    );
    report(env!("CARGO_TARGET_TMPDIR"), name, &figures);
    assert_eq!((second, twice), (0, 0), "{figures}");
    if synchronous {
        assert_eq!((unknown, orphans, again), (0, 0, 0), "{figures}");
    } else {
        assert!(unknown > 0, "nothing was lost: {figures}");
    }
}

/// How many orders had two charges that can be paid, or were.
async fn second_charges(scene: &Scene) -> usize {
    let mut payable: Vec<String> = Vec::new();
    for charge in scene.charges().await {
        if matches!(charge.status, ChargeStatus::Pending | ChargeStatus::Successful) {
            payable.push(charge.metadata.attempt().expect("an attempt").order().to_string());
        }
    }
    payable.len() - payable.iter().collect::<BTreeSet<_>>().len()
}

/// F51, F66, I1, I2, I3: orders that the fail-over has lost are found, shipped once, and charged once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f51_f66_shops_outlive_a_fail_over_that_loses_commits() {
    fail_over("f66-fail-over-asynchronous", false).await;
}

/// F66, F67, I1, I2, I3: nothing acknowledged is lost, and nothing is done twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f66_f67_shops_outlive_a_fail_over_to_a_synchronous_standby() {
    fail_over("f66-fail-over-synchronous", true).await;
}
