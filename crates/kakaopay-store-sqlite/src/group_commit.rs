//! Group commit: runs queued calls in one transaction, and responds after its commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use kakaopay_store::{StoreError, StoreErrorKind};
use rusqlite::{Connection, ErrorCode};

use crate::failure::GroupFailure;
use crate::job::Job;

/// Whether a connection can still be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// It can.
    Sound,
    /// It must be replaced.
    Suspect,
}

/// Whether the store's files are still those that were opened.
pub(crate) type Check = dyn Fn() -> Result<(), StoreError> + Send;

/// Runs writing calls in one transaction, so that they share one sync of the disk.
///
/// Each has a savepoint of its own: a rejected call rolls back its own work only.
///
/// `check` is made after the commit: if it fails, no call is acknowledged. A lock of another process is waited for as
/// long as `patience`.
pub(crate) fn write(
    connection: &Connection,
    mut group: Vec<Box<dyn Job>>,
    check: &Check,
    patience: Duration,
) -> Health {
    let outcome = guarded(|| {
        begin(connection, patience)?;
        store(connection, &mut group)?;
        Ok(check()?)
    });
    // Whatever failed, nothing of it may find its way into the next group's transaction.
    let clean = connection.is_autocommit()
        || (connection.execute_batch("ROLLBACK").is_ok() && connection.is_autocommit());
    let failure = outcome.err();
    for job in group {
        job.answer(failure.as_ref());
    }
    match failure {
        Some(failure) if !leaves_sound(failure.kind()) => Health::Suspect,
        _ if !clean => Health::Suspect,
        _ => Health::Sound,
    }
}

/// Runs reading calls one after another, if `check` is good.
pub(crate) fn read(connection: &Connection, group: Vec<Box<dyn Job>>, check: &Check) -> Health {
    if let Err(error) = check() {
        refuse(group, &error.into());
        return Health::Suspect;
    }
    let mut health = Health::Sound;
    for mut job in group {
        let mut kind = None;
        let outcome = guarded(|| {
            kind = job.run(connection).err();
            Ok(())
        });
        let failure = outcome.err();
        job.answer(failure.as_ref());
        if kind.is_some_and(|kind| !leaves_sound(kind)) || failure.is_some() {
            health = Health::Suspect;
        }
    }
    health
}

/// Fails every call, because there is no connection.
pub(crate) fn refuse(group: Vec<Box<dyn Job>>, failure: &GroupFailure) {
    for job in group {
        job.answer(Some(failure));
    }
}

/// Begins a transaction that writes.
///
/// SQLite's own retries slow down to ten a second. A process that writes all the time unlocks the file between two
/// commits for much less than that, so that others would wait for seconds, and on a slow disk in vain.
fn begin(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    connection.busy_timeout(ASKING.min(patience))?;
    let is_busy = |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
    let mut tries = patience.as_millis() / ASKING.as_millis();
    let result = loop {
        match connection.execute_batch("BEGIN IMMEDIATE") {
            // SQLite has waited before it said so.
            Err(error) if is_busy(&error) && tries > 0 => tries -= 1,
            result => break result,
        }
    };
    connection.busy_timeout(patience)?;
    result
}

/// How long SQLite itself waits for the lock before it is asked again.
const ASKING: Duration = Duration::from_millis(1);

fn store(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), GroupFailure> {
    for job in group {
        execute(connection, "SAVEPOINT job")?;
        if let Err(kind) = job.run(connection) {
            // On some errors, a full disk among them, SQLite ends the whole transaction itself.
            // Then what earlier calls of the group did is gone, too.
            if connection.is_autocommit() {
                let error = StoreError::new(kind, "SQLite took the whole transaction back");
                return Err(error.into());
            }
            execute(connection, "ROLLBACK TO job")?;
        }
        execute(connection, "RELEASE job")?;
    }
    connection.execute_batch("COMMIT")?;
    Ok(())
}

/// Executes a cached statement.
fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// Turns a panic into a failure, so that no caller waits for a dead thread.
fn guarded(work: impl FnOnce() -> Result<(), GroupFailure>) -> Result<(), GroupFailure> {
    // Nothing that the work touched is used again: the transaction is rolled back, the
    // connection replaced, and the calls are answered with the failure.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(StoreError::new(StoreErrorKind::Other, "a call of the store panicked").into())
    })
}

/// Whether a connection that gave an error of this kind can be used as it is.
fn leaves_sound(kind: StoreErrorKind) -> bool {
    !matches!(kind, StoreErrorKind::Io | StoreErrorKind::Corrupt | StoreErrorKind::Other)
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot::Receiver;

    use super::*;
    use crate::failure::failed;
    use crate::job::Task;

    type Answer = Receiver<Result<(), StoreError>>;

    fn table() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "PRAGMA foreign_keys = ON;
                 CREATE TABLE parent (id INTEGER PRIMARY KEY);
                 CREATE TABLE child (
                     parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED
                 );",
            )
            .unwrap();
        connection
    }

    fn count(connection: &Connection) -> i64 {
        let both = "SELECT (SELECT count(*) FROM parent) + (SELECT count(*) FROM child)";
        connection.query_row(both, [], |row| row.get(0)).unwrap()
    }

    fn job(
        work: impl FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static,
    ) -> (Box<dyn Job>, Answer) {
        let (task, answer) = Task::new(work);
        (Box::new(task), answer)
    }

    fn sql(text: &'static str) -> (Box<dyn Job>, Answer) {
        job(move |connection| connection.execute_batch(text).map_err(failed))
    }

    fn stale() -> (Box<dyn Job>, Answer) {
        job(|connection| {
            connection.execute_batch("INSERT INTO parent VALUES (99)").map_err(failed)?;
            Err(StoreErrorKind::StaleClaim.into())
        })
    }

    #[track_caller]
    fn kind(answer: &mut Answer) -> Option<StoreErrorKind> {
        answer.try_recv().unwrap().err().map(|error| error.kind())
    }

    #[test]
    fn i10_a_refused_call_takes_back_its_own_work_only() {
        let connection = table();
        let (one, mut first) = sql("INSERT INTO parent VALUES (1)");
        let (two, mut second) = stale();
        let (three, mut third) = sql("INSERT INTO parent VALUES (3)");
        assert_eq!(write(&connection, vec![one, two, three], &|| Ok(()), Duration::ZERO), Health::Sound);
        assert_eq!(kind(&mut first), None);
        assert_eq!(kind(&mut second), Some(StoreErrorKind::StaleClaim));
        assert_eq!(kind(&mut third), None);
        assert_eq!(count(&connection), 2);
    }

    #[test]
    fn i10_when_the_commit_fails_every_caller_gets_the_error() {
        let connection = table();
        let (one, mut first) = sql("INSERT INTO parent VALUES (1)");
        let (two, mut second) = stale();
        // Deferred, so that only the COMMIT finds the parent missing.
        let (three, mut third) = sql("INSERT INTO child VALUES (7)");
        write(&connection, vec![one, two, three], &|| Ok(()), Duration::ZERO);
        for answer in [&mut first, &mut second, &mut third] {
            assert_eq!(kind(answer), Some(StoreErrorKind::Other));
        }
        assert_eq!(count(&connection), 0);
        assert!(connection.is_autocommit());
    }

    #[test]
    fn i10_a_panic_fails_the_whole_group_and_stores_nothing() {
        let connection = table();
        let (one, mut first) = sql("INSERT INTO parent VALUES (1)");
        let (two, mut second) = job(|_| panic!("on purpose"));
        let (three, mut third) = sql("INSERT INTO parent VALUES (3)");
        assert_eq!(write(&connection, vec![one, two, three], &|| Ok(()), Duration::ZERO), Health::Suspect);
        for answer in [&mut first, &mut second, &mut third] {
            assert_eq!(kind(answer), Some(StoreErrorKind::Other));
        }
        assert_eq!(count(&connection), 0);
    }

    #[test]
    fn i10_a_transaction_that_ended_under_a_call_fails_the_group() {
        let connection = table();
        let (one, mut first) = sql("INSERT INTO parent VALUES (1)");
        let (two, mut second) = job(|connection| {
            connection.execute_batch("ROLLBACK").map_err(failed)?;
            Err(StoreErrorKind::Full.into())
        });
        assert_eq!(write(&connection, vec![one, two], &|| Ok(()), Duration::ZERO), Health::Sound);
        assert_eq!(kind(&mut first), Some(StoreErrorKind::Full));
        assert_eq!(kind(&mut second), Some(StoreErrorKind::Full));
        assert_eq!(count(&connection), 0);
    }

    #[test]
    fn a_panic_while_reading_fails_only_its_caller() {
        let connection = table();
        let (one, mut first) = job(|_| panic!("on purpose"));
        let (two, mut second) = job(|_| Ok(()));
        assert_eq!(read(&connection, vec![one, two], &|| Ok(())), Health::Suspect);
        assert_eq!(kind(&mut first), Some(StoreErrorKind::Other));
        assert_eq!(kind(&mut second), None);
    }
}
