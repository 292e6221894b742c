//! Shops that are killed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kakaopay_postgres_cluster::shared;
use kakaopay_pure_tests::report::{report, times};
use kakaopay_tests::kill_shop::{PostgresDatabase, ShopDatabase, SqliteDatabase, order_at};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout};

use crate::outcome::{Figures, check, heal};
use crate::scene::Scene;
use crate::shop_process::{Disturbance, ShopProcess};

/// How many are killed, and how soon.
struct Plan {
    kills: u32,
    /// How many work at once.
    workers: u64,
    /// How long each lives at the most.
    longest: Duration,
    /// Whether their clocks differ, their handlers fail, and each is suspended before it is killed.
    disturbed: bool,
}

impl Plan {
    /// What is wrong with a worker.
    fn disturbance(&self, worker: u64) -> Disturbance {
        const AHEAD: [i64; 4] = [-700, 700, 0, 25_200];
        let number = usize::try_from(worker).expect("few");
        if self.disturbed {
            Disturbance { ahead: AHEAD[number % AHEAD.len()], fails: 3 }
        } else {
            Disturbance::default()
        }
    }

    /// When one that starts now is killed: from before it has opened its books to the middle of an order.
    fn end(&self, kill: u32) -> Instant {
        let longest = u32::try_from(self.longest.as_micros()).expect("short");
        let life = kill.wrapping_mul(2_654_435_761) % longest;
        Instant::now() + Duration::from_micros(life.into())
    }
}

/// F11, I1, I2, I3, I10: acknowledged work is stored, and paid orders, and only those, are shipped exactly once.
async fn kill<B: ShopDatabase>(scene: &mut Scene, plan: &Plan) -> Figures {
    let mut shops: BTreeMap<_, _> = (1..=plan.workers)
        .map(|worker| {
            let kill = u32::try_from(worker).expect("few") - 1;
            (worker, (plan.end(kill), scene.start_shop(worker, 1, plan.disturbance(worker))))
        })
        .collect();
    for kill in 0..plan.kills {
        let victim = next(scene, &shops, kill).await;
        let (worker, (_, mut shop)) = shops.remove_entry(&victim).expect("it works");
        if plan.disturbed {
            // Up to four minutes of the shop's time, which is longer than a lease.
            shop.freeze(Duration::from_millis((kill.wrapping_mul(2_654_435_761) % 2_400).into())).await;
            scene.go_on().await;
            tokio::time::sleep(Duration::from_millis((kill % 3 * 40).into())).await;
        }
        shop.kill();
        scene.go_on().await;
        // What was cut off is asked for again, or left to heal by itself.
        let first = (scene.begun + u64::from(kill % 4 != 3)).max(1);
        shops.insert(worker, (plan.end(kill + 4), scene.start_shop(worker, first, plan.disturbance(worker))));
    }
    for (_, shop) in shops.into_values() {
        shop.kill();
    }
    scene.go_on().await;
    // Whoever runs last finishes everything, and all are asked for one order more at the same moment; the order
    // that was begun last may never be opened.
    let (place, workers) = ((scene.begun / 4 + 1) * 4, usize::try_from(plan.workers).expect("few"));
    let mut last: Vec<_> =
        (1..=plan.workers).map(|worker| scene.start_shop(worker, place, plan.disturbance(worker))).collect();
    scene.hear_until(|scene| scene.opened_by(order_at(place, 0)) == workers).await;
    last.iter_mut().for_each(ShopProcess::close);
    scene.hear_until(|scene| scene.closed == workers).await;
    scene.go_on().await;
    heal::<B>(scene).await;
    last.into_iter().for_each(ShopProcess::kill);
    assert!(scene.troubles.is_empty(), "nothing was wrong with the database: {:?}", scene.troubles);
    let orders = scene.opened.len();
    assert!(orders > usize::try_from(plan.kills).expect("few") / 10, "{orders} orders mean nothing");
    check::<B>(scene).await
}

/// Waits until a shop is to be killed: at the time of the plan, or just after a shipment has begun. Returns which.
async fn next(scene: &mut Scene, shops: &BTreeMap<u64, (Instant, ShopProcess)>, kill: u32) -> u64 {
    if !kill.is_multiple_of(2)
        && let Ok(shipping) = timeout(PATIENCE, scene.hear_shipping()).await
    {
        let after = kill.wrapping_mul(2_654_435_761) % 4_000;
        tokio::time::sleep(Duration::from_micros(after.into())).await;
        return shipping;
    }
    let (worker, (end, _)) = shops.iter().min_by_key(|(_, (end, _))| *end).expect("somebody works");
    sleep_until(*end).await;
    *worker
}

/// How long to wait for a shipment.
const PATIENCE: Duration = Duration::from_secs(5);

async fn kill_on_sqlite(kills: u32) -> Figures {
    let folder = tempfile::tempdir().expect("a folder");
    let books = folder.path().join("payments.sqlite").display().to_string();
    let mut scene = Scene::set::<SqliteDatabase>(books).await;
    let plan = Plan { kills, workers: 1, longest: Duration::from_millis(150), disturbed: false };
    kill::<SqliteDatabase>(&mut scene, &plan).await
}

/// How often a shop is killed before its database is checked and a new shop takes its place: the start of a shop
/// takes longer the more it has sold.
const EACH: u32 = 250;

/// How many shops there are at once, each with books of its own: most of the time a shop only lives.
const AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f11_i10_a_process_that_is_killed_at_any_moment_loses_nothing() {
    let kills = times("KAKAOPAY_KILLS", 15);
    let scenes = kills.div_ceil(EACH).max(2);
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let shops: Vec<_> = (0..scenes)
        .map(|scene| {
            let (room, kills) = (Arc::clone(&room), (kills + scene) / scenes);
            tokio::spawn(async move {
                let _place = room.acquire_owned().await.expect("it is not closed");
                kill_on_sqlite(kills).await
            })
        })
        .collect();
    let mut figures = Figures::default();
    for shop in shops {
        figures += shop.await.expect("no panic");
    }
    report(env!("CARGO_TARGET_TMPDIR"), "f11-killed-sqlite", &format!("{kills} kills, {figures}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f11_f40_i3_four_workers_that_are_killed_at_any_moment_lose_nothing_and_ship_once() {
    let Some(cluster) = shared() else { return };
    let kills = times("KAKAOPAY_KILLS_POSTGRES", 12);
    let mut scene = Scene::set::<PostgresDatabase>(cluster.tcp("postgres")).await;
    let plan = Plan { kills, workers: 4, longest: Duration::from_millis(500), disturbed: false };
    let figures = kill::<PostgresDatabase>(&mut scene, &plan).await;
    let shared = scene.shared();
    let figures = format!("{kills} kills of 4 workers, {shared} orders asked of several, {figures}");
    report(env!("CARGO_TARGET_TMPDIR"), "f11-killed-postgres", &figures);
}

/// How many processes are suspended and then killed, of several on one database whose clocks differ.
async fn disturb<B: ShopDatabase>(name: &str, books: String) {
    let kills = times("KAKAOPAY_DISTURBED_KILLS", 5);
    let mut scene = Scene::set::<B>(books).await;
    let plan = Plan { kills, workers: 4, longest: Duration::from_millis(700), disturbed: true };
    let figures = kill::<B>(&mut scene, &plan).await;
    let shared = scene.shared();
    let figures = format!("{kills} suspended and killed of 4, {shared} orders asked of several, {figures}");
    report(env!("CARGO_TARGET_TMPDIR"), name, &figures);
}

/// F47, F48, F50, F53, F56: as in the simulation, with a real file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f53_f56_processes_on_one_file_are_suspended_and_their_clocks_differ() {
    let folder = tempfile::tempdir().expect("a folder");
    let books = folder.path().join("payments.sqlite").display().to_string();
    disturb::<SqliteDatabase>("f53-disturbed-sqlite", books).await;
}

/// F47, F48, F50, F53, F56: as in the simulation, with a real server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f53_f56_processes_on_one_server_are_suspended_and_their_clocks_differ() {
    let Some(cluster) = kakaopay_postgres_cluster::Cluster::start(kakaopay_postgres_cluster::Setup::new())
    else {
        return;
    };
    disturb::<PostgresDatabase>("f53-disturbed-postgres", cluster.tcp("postgres")).await;
}
