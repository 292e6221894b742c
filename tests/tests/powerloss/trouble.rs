//! F13: a disk that fails while it has power, and loses that later.

use std::error::Error;

use fastrand::Rng;
use kakaopay::store::{Store, StoreError, StoreErrorKind};
use kakaopay_pure_tests::report::{report, times};
use kakaopay_sqlite_powerloss::{CrashImage, Device, Disk, DurableState, Fault, FaultKind, Honesty, install};
use kakaopay_store_sqlite::SqliteStore;

use crate::campaign::{Campaign, Counts};
use crate::plan::{PAYMENTS, Plan, STEPS, reference};
use crate::workload::STORE_FILE;

/// How often power goes after each fault.
const LOSSES: u64 = 10;

/// Counts of one kind of fault.
#[derive(Debug, Default)]
struct Outcome {
    counts: Counts,
    /// Workloads that met the fault.
    met: u64,
    /// Of them, those in which every step was acknowledged in the end.
    recovered: u64,
    /// Calls that failed.
    refused: usize,
}

/// Has a workload meet a fault at many places, once or several times in a row, and loses power afterwards.
fn meet(kind: FaultKind, calls: u64) -> Outcome {
    let runs = u64::from(times("KAKAOPAY_CRASH_IMAGES", 2_000) / 200);
    let mut outcome = Outcome::default();
    for run in 0..runs {
        let mut rng = Rng::with_seed(run);
        // Several in a row that are forgotten, up to the end of the process, are beyond what a store can mend.
        let times = if kind == FaultKind::SyncForgets { 1 } else { [1, 1, 2, 5][rng.usize(0..4)] };
        let fault = Fault { kind, after: rng.u64(0..calls), times };
        let campaign = Campaign::run_into(run, fault);
        outcome.met += u64::from(campaign.disk.faults_met() > 0);
        outcome.refused += campaign.history.trouble.len();
        let whole = campaign.history.acknowledged_steps() as u64 == u64::from(PAYMENTS) * STEPS;
        outcome.recovered += u64::from(campaign.disk.faults_met() > 0 && whole);
        for trouble in &campaign.history.trouble {
            let expected = match kind {
                FaultKind::NoRoom | FaultKind::HalfRoom => [StoreErrorKind::Full, StoreErrorKind::Io],
                _ => [StoreErrorKind::Io; 2],
            };
            assert!(expected.contains(trouble), "{fault:?}: {trouble:?}");
        }
        // What those see who have power.
        let live = CrashImage { files: campaign.disk.files(), ..CrashImage::default() };
        let found = campaign.check(live, campaign.disk.position());
        assert!(found.is_ok(), "{fault:?}, workload {run}, with power: {found:?}");
        let mut counts = campaign.lose_power(LOSSES);
        counts.lost.iter_mut().for_each(|lost| *lost = format!("{fault:?}: {lost}"));
        outcome.counts.add(counts);
    }
    outcome
}

#[track_caller]
fn check(name: &str, kind: FaultKind, calls: u64) {
    let outcome = meet(kind, calls);
    let Outcome { counts, met, recovered, refused } = &outcome;
    assert!(counts.lost.is_empty(), "{} of {}: {:#?}", counts.lost.len(), counts.images, counts.lost);
    assert!(*met > 0 && *refused > 0, "{outcome:?}");
    assert_eq!(recovered, met, "it goes on by itself");
    let figures = format!(
        "{met} workloads met it, {refused} calls failed, {recovered} went on by themselves; {} images, 0 lost",
        counts.images
    );
    report(env!("CARGO_TARGET_TMPDIR"), &format!("f13-disk-{name}"), &figures);
}

/// Calls of each sort that a workload makes, about.
const WRITES: u64 = 1_000;
const SYNCS: u64 = 80;

#[test]
fn f13_i10_a_write_that_fails() {
    check("write-fails", FaultKind::WriteFails, WRITES);
}

#[test]
fn f13_i10_a_disk_without_room() {
    check("no-room", FaultKind::NoRoom, WRITES);
}

#[test]
fn f13_i10_a_disk_with_room_for_half_a_write() {
    check("half-room", FaultKind::HalfRoom, WRITES);
}

#[test]
fn f13_i10_a_sync_that_fails() {
    check("sync-fails", FaultKind::SyncFails, SYNCS);
}

#[test]
fn f13_i10_a_sync_that_fails_and_forgets() {
    check("sync-forgets", FaultKind::SyncForgets, SYNCS);
}

/// A disk with a store of one step, and how many of its calls fail from then on.
async fn store_that_fails(kind: FaultKind, times: u64) -> (Disk, SqliteStore) {
    install();
    let disk = Disk::new();
    let store = SqliteStore::open(disk.path(STORE_FILE)).expect("a store");
    store.commit(PLAN.step(0, 1)).await.expect("stored");
    disk.inject(Fault { kind, after: 0, times });
    (disk, store)
}

const PLAN: Plan = Plan { seed: 1 };

/// How many steps an image of that place has, of many.
async fn fewest_steps(disk: &Disk, point: usize) -> usize {
    let record = disk.record();
    let mut durable = DurableState::at_start(&record);
    record.ops()[..point].iter().for_each(|op| durable.apply(op));
    let mut fewest = usize::MAX;
    for seed in 0..24 {
        let image = durable.lose_power(seed, Device { sector: 512, powersafe: true });
        let found = Disk::with(image.files, Honesty::Honest, true);
        let store = SqliteStore::open(found.path(STORE_FILE)).expect("a store");
        store.integrity_check().await.expect("a sound file");
        fewest = fewest.min(store.read_journal(&reference(0)).await.expect("read").len());
    }
    fewest
}

/// I10: after one or several syncs that failed and were forgotten, no acknowledged write lies behind one that never
/// reached the disk.
#[tokio::test]
async fn f13_i10_what_a_failed_sync_left_is_not_built_upon() {
    for times in 1..=5 {
        let (disk, store) = store_that_fails(FaultKind::SyncForgets, times).await;
        let mut steps = 1;
        let mut failed = 0;
        while steps < STEPS {
            match store.commit(PLAN.step(0, steps + 1)).await {
                Ok(_) => steps += 1,
                Err(error) => {
                    assert_eq!(error.kind(), StoreErrorKind::Io);
                    failed += 1;
                    // Waits until the writer has done what it does then; it may fail as well.
                    let _ = store.complete_event(&PLAN.delivery(0).event).await;
                }
            }
            // Not what failed, though the cache has it.
            assert_eq!(store.read_journal(&reference(0)).await.expect("read").len() as u64, steps);
            assert_eq!(fewest_steps(&disk, disk.position()).await as u64, steps, "after {failed} of {times}");
        }
        assert!(failed > 0 && disk.faults_met() == times, "{failed} of {times}");
    }
}

/// I10: nor does the next process that opens the file read it as stored.
#[tokio::test]
async fn f13_i10_what_a_failed_sync_left_is_not_found_when_the_file_is_opened_again() {
    let (disk, store) = store_that_fails(FaultKind::SyncForgets, 1).await;
    let error = store.commit(PLAN.step(0, 2)).await.expect_err("the sync failed");
    assert_eq!(error.kind(), StoreErrorKind::Io);
    // The cache stays, and what the process had in memory does not.
    store.close().await.expect("closed");
    let left = SqliteStore::open(disk.path(STORE_FILE)).expect("a store");
    assert_eq!(left.read_journal(&reference(0)).await.expect("read").len(), 1);
}

/// I10: a file whose journal mode could not be changed is not taken for one whose was.
#[tokio::test]
async fn f13_i10_a_store_that_could_not_be_created_is_created_again() {
    for after in 0..12 {
        for times in 1..=3 {
            install();
            let disk = Disk::new();
            disk.inject(Fault { kind: FaultKind::SyncFails, after, times });
            let mut refused = 0;
            let store = loop {
                match SqliteStore::open(disk.path(STORE_FILE)) {
                    Ok(store) => break store,
                    Err(error) => assert_eq!(StoreError::from(error).kind(), StoreErrorKind::Io),
                }
                refused += 1;
                assert!(refused <= times, "the disk has recovered");
            };
            // Those that come later are for what is stored.
            let mut failed = 0;
            while let Err(error) = store.commit(PLAN.step(0, 1)).await {
                assert_eq!(error.kind(), StoreErrorKind::Io);
                failed += 1;
                assert!(failed <= times, "the disk has recovered: {:?}", error.source());
            }
            assert_eq!(fewest_steps(&disk, disk.position()).await, 1, "{after}, {times}");
            let files: Vec<_> = disk.files().into_keys().collect();
            assert_eq!(files, [STORE_FILE, "store.sqlite-wal"], "{after}, {times}: it is kept in a log");
        }
    }
}
