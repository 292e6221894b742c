//! The harness detects losses: stores that do not sync lose acknowledged writes.

use fastrand::Rng;
use kakaopay_sqlite_powerloss::{Device, Disk, DurableState, Honesty, Operation, install};
use kakaopay_store_sqlite::rusqlite::{self, Connection};

use crate::campaign::Campaign;

/// The same store, workload and check, on a disk that says it synced and did not.
#[test]
fn the_harness_sees_a_store_that_does_not_sync() {
    let counts = Campaign::run(1, Honesty::Liar).lose_power(100);
    assert!(counts.lost.len() as u64 > counts.images / 2, "{} of {}", counts.lost.len(), counts.images);
}

/// The effect of power losses on a table of committed numbers.
#[derive(Debug, Default)]
struct Outcome {
    images: usize,
    /// Those that lack an acknowledged row.
    lost: usize,
    /// Those that SQLite calls damaged, or does not open.
    damaged: usize,
}

/// Writes rows with SQLite alone, and loses power at every place of the record.
fn rows(synchronous: &str) -> rusqlite::Result<Outcome> {
    install();
    let disk = Disk::new();
    let file = Connection::open(disk.path("rows.sqlite"))?;
    file.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    file.pragma_update(None, "synchronous", synchronous)?;
    file.pragma_update(None, "wal_autocheckpoint", 9)?;
    file.execute_batch("CREATE TABLE number (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT")?;
    let mut acknowledged = Vec::new();
    for number in 1..=40_i64 {
        file.execute("INSERT INTO number VALUES (?1, zeroblob(1500))", [number])?;
        acknowledged.push((number, disk.position()));
    }
    drop(file);
    let (record, mut outcome, mut rng) = (disk.record(), Outcome::default(), Rng::with_seed(3));
    let mut durable = DurableState::at_start(&record);
    for (done, op) in record.ops().iter().enumerate() {
        let must = acknowledged.iter().filter(|(_, place)| *place <= done).map(|(number, _)| *number).max();
        let image = durable.lose_power(rng.u64(..), Device { sector: 512, powersafe: true });
        let found = Disk::with(image.files, Honesty::Honest, true);
        outcome.images += 1;
        match last_row(&found) {
            Ok(last) => outcome.lost += usize::from(last < must),
            Err(_) if must.is_none() => {}
            Err(_) => outcome.damaged += 1,
        }
        durable.apply(op);
    }
    Ok(outcome)
}

/// The last row of a sound file.
fn last_row(disk: &Disk) -> rusqlite::Result<Option<i64>> {
    let file = Connection::open(disk.path("rows.sqlite"))?;
    let sound: String = file.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(rusqlite::Error::InvalidQuery);
    }
    // Without its table, what was committed first is lost, too.
    if !file.table_exists(None, "number")? {
        return Ok(None);
    }
    file.query_row("SELECT max(number) FROM number", [], |row| row.get(0))
}

/// SQLite's own levels differ as its documentation says: one keeps everything, one loses the last commits and is
/// sound, and one can be damaged.
#[test]
fn the_harness_distinguishes_sqlites_levels() {
    let full = rows("FULL").expect("written");
    assert_eq!((full.lost, full.damaged), (0, 0), "{full:?}");
    let normal = rows("NORMAL").expect("written");
    assert!(normal.lost > normal.images / 10 && normal.damaged == 0, "{normal:?}");
    let off = rows("OFF").expect("written");
    assert!(off.lost + off.damaged > off.images / 10 && off.damaged > 0, "{off:?}");
}

/// The workload creates the file, checkpoints the log, and removes it, so that all of that is interrupted.
#[test]
fn the_workload_goes_through_everything_that_can_be_cut_off() {
    let campaign = Campaign::run(1, Honesty::Honest);
    let record = campaign.disk.record();
    let ops = record.ops();
    let count = |what: fn(&Operation) -> bool| ops.iter().filter(|op| what(op)).count();
    let created = count(|op| matches!(op, Operation::Create { name, .. } if name.ends_with("-wal")));
    let removed = count(|op| matches!(op, Operation::Remove { name } if name.ends_with("-wal")));
    assert!(created >= 2 && removed >= 2, "the log is made {created} times and goes {removed} times");
    assert_eq!(count(|op| matches!(op, Operation::Create { name, .. } if name.ends_with("-journal"))), 1);
    // The log begins anew each time that it was written back whole.
    let restarts = count(|op| matches!(op, Operation::Write { offset: 0, bytes, .. } if bytes.len() == 32));
    assert!(restarts >= 4, "the log begins {restarts} times");
    let syncs = count(|op| matches!(op, Operation::Sync { .. }));
    let steps = campaign.history.acknowledged_steps();
    assert!(syncs > 20 && ops.len() > 500, "{syncs} syncs of {} calls for {steps} steps", ops.len());
    assert!(
        campaign.history.completed.len() > 5
            && campaign.history.due.iter().any(|due| !due.claimed.is_empty())
    );
}
