//! Values that the tests have in common.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kakaopay_store::conformance::ManualClock;
use kakaopay_store::{ClaimRequest, Commit, NewInboxEvent, Seq};
use kakaopay_store_sqlite::{SqliteOptions, SqliteStore};
use kakaopay_types::{EventId, Reference};
use tempfile::TempDir;

/// A directory of its own, and the path of a store in it.
pub(crate) fn place() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("store.db");
    (dir, path)
}

pub(crate) fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path).expect("a store")
}

/// A store with a clock of its own.
pub(crate) fn open_with_clock(path: &Path) -> (SqliteStore, ManualClock) {
    let clock = ManualClock::default();
    (SqliteOptions::new().clock(clock.clone()).open(path).expect("a store"), clock)
}

/// Options that do not wait for other processes, so that no test does.
pub(crate) fn impatient() -> SqliteOptions {
    SqliteOptions::new().busy_timeout(Duration::from_millis(1))
}

pub(crate) fn reference(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

pub(crate) fn event(name: &str) -> EventId {
    EventId::parse(&format!("evnt_test_{name}")).expect("an event")
}

pub(crate) fn lease(seconds: u64) -> ClaimRequest {
    ClaimRequest::new(Duration::from_secs(seconds), 1000)
}

pub(crate) fn step(name: &str, expected: u64, entry: impl Into<Box<[u8]>>) -> Commit {
    Commit::new(reference(name), Seq::new(expected)).entry(entry)
}

pub(crate) fn delivery(name: &str, body: impl Into<Box<[u8]>>) -> NewInboxEvent {
    NewInboxEvent::new(event(name), body)
}
