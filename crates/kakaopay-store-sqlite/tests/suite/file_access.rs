//! The store's file under a running process: moved, deleted, replaced, and readable by others.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use kakaopay_store::{Store, StoreErrorKind};
use kakaopay_store_sqlite::{SqliteOpenError, SqliteOptions, SqliteStore};

use crate::support::{delivery, lease, open, place, reference, step};

fn log_of(path: &Path) -> PathBuf {
    path.with_extension("db-wal")
}

type Disturbance = (&'static str, fn(&Path));

/// What people and tools do to the file of a store that is open.
fn disturbances() -> Vec<Disturbance> {
    fn rename(path: &Path) {
        fs::rename(path, path.with_extension("elsewhere")).expect("done");
        fs::rename(log_of(path), path.with_extension("elsewhere-wal")).expect("done");
    }
    vec![
        ("renamed", rename),
        ("only the store renamed", |path| fs::rename(path, path.with_extension("elsewhere")).expect("done")),
        ("deleted", |path| fs::remove_file(path).expect("done")),
        ("only the log deleted", |path| fs::remove_file(log_of(path)).expect("done")),
        ("replaced by a copy of itself", |path| {
            let copy = path.with_extension("copy");
            fs::copy(path, &copy).expect("done");
            fs::rename(copy, path).expect("done");
        }),
        ("replaced by a new store", |path| {
            rename(path);
            fs::remove_file(path.with_extension("db-shm")).expect("done");
            // Its log is there while it is open, as another process would have it.
            std::mem::forget(open(path));
        }),
        ("replaced by a folder", |path| {
            fs::remove_file(path).expect("done");
            fs::create_dir(path).expect("done");
        }),
        ("its folder renamed", |path| {
            let folder = path.parent().expect("done");
            fs::rename(folder, folder.with_extension("elsewhere")).expect("done");
        }),
    ]
}

/// Nothing is acknowledged after it, neither a commit nor a webhook nor a reading, and not after a second try either.
#[tokio::test]
async fn f61_i10_a_file_that_is_not_there_any_more_is_noticed() {
    for (disturbance, disturb) in disturbances() {
        let (dir, _) = place();
        let folder = dir.path().join("data");
        fs::create_dir(&folder).unwrap();
        let path = folder.join("store.db");
        let store = open(&path);
        store.commit(step("a", 0, *b"one")).await.unwrap();
        disturb(&path);
        for attempt in 0..3 {
            let error = store.insert_event(delivery("1", *b"body")).await.expect_err(disturbance);
            assert_eq!(error.kind(), StoreErrorKind::Io, "{disturbance} {attempt}");
            let error = store.commit(step("a", 1, *b"two")).await.expect_err(disturbance);
            assert_eq!(error.kind(), StoreErrorKind::Io, "{disturbance} {attempt}");
            let cause = std::error::Error::source(&error).expect("a cause").to_string();
            assert!(cause.contains("store.db"), "{disturbance}: {cause}");
            let error = store.load(&reference("a")).await.expect_err(disturbance);
            assert_eq!(error.kind(), StoreErrorKind::Io, "{disturbance} {attempt}");
        }
    }
}

/// Once the same files are back, the process goes on by itself, and has lost nothing that it acknowledged.
#[tokio::test]
async fn f61_a_file_that_is_put_back_is_used_again() {
    let (_dir, path) = place();
    let store = open(&path);
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let (away, log_away) = (path.with_extension("away"), path.with_extension("away-wal"));
    fs::rename(&path, &away).unwrap();
    fs::rename(log_of(&path), &log_away).unwrap();
    store.commit(step("a", 1, *b"two")).await.unwrap_err();
    fs::rename(&away, &path).unwrap();
    fs::rename(&log_away, log_of(&path)).unwrap();
    // The commit that was not acknowledged may be stored.
    let entries = store.read_journal(&reference("a")).await.unwrap().len();
    assert!((1..=2).contains(&entries), "{entries}");
    store.commit(step("a", u64::try_from(entries).unwrap(), *b"next")).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(open(&path).read_journal(&reference("a")).await.unwrap().len(), entries + 1);
}

/// A link to the file, which is turned to another one.
#[tokio::test]
async fn f61_i10_a_link_that_leads_elsewhere_is_noticed() {
    let (dir, path) = place();
    let link = dir.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let store = open(&link);
    store.commit(step("a", 0, *b"one")).await.unwrap();
    store.commit(step("a", 1, *b"two")).await.unwrap();
    let another = dir.path().join("another.db");
    open(&another).close().await.unwrap();
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&another, &link).unwrap();
    assert_eq!(store.commit(step("a", 2, *b"three")).await.unwrap_err().kind(), StoreErrorKind::Io);
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    store.read_journal(&reference("a")).await.unwrap();
    fs::remove_file(log_of(&path)).unwrap();
    assert_eq!(store.commit(step("a", 3, *b"four")).await.unwrap_err().kind(), StoreErrorKind::Io);
}

/// Connections are replaced, also both at once, after a row that cannot be read; the store goes on.
#[tokio::test]
async fn f61_f62_a_store_whose_connections_are_replaced_goes_on() {
    let (_dir, path) = place();
    let store = open(&path);
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let message = kakaopay_store::OutboxMessage::new("b/1", *b"");
    store.commit(step("b", 0, *b"one").messages(vec![message])).await.unwrap();
    let claim = store.claim_messages(lease(600)).await.unwrap()[0].claim;
    let raw = rusqlite::Connection::open(&path).unwrap();
    let alter = "DROP TRIGGER journal_entry_rejects_update;
        UPDATE journal_entry SET bytes = CAST('x' AS BLOB) WHERE payment_id = 1";
    raw.execute_batch(alter).unwrap();
    drop(raw);
    for round in 0..20_u64 {
        let panics = store.complete_in_transaction::<(), _>("b/1", claim, |_| panic!("on purpose"));
        let (damaged, panicked) = tokio::join!(
            async { store.load(&reference("a")).await.map_err(|error| error.kind()).err() },
            panics,
        );
        assert_eq!(damaged, Some(StoreErrorKind::Corrupt));
        assert_eq!(panicked.unwrap_err().kind(), StoreErrorKind::Other);
        store.commit(step("b", round + 1, *b"more")).await.unwrap();
    }
    assert_eq!(store.read_journal(&reference("b")).await.unwrap().len(), 21);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[tokio::test]
async fn f61_only_the_owner_may_read_the_file() {
    let (_dir, path) = place();
    let store = open(&path);
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let files = [path.clone(), log_of(&path), path.with_extension("db-shm")];
    assert_eq!(files.clone().map(|file| mode(&file)), [0o600; 3]);
    // Others were let in while it was closed, or by a version before: opening it takes that back.
    for shared in [0o644, 0o666, 0o660, 0o640, 0o604] {
        for file in &files {
            fs::set_permissions(file, fs::Permissions::from_mode(shared)).unwrap();
        }
        let second = SqliteStore::open(&path).unwrap();
        second.read_journal(&reference("a")).await.unwrap();
        assert_eq!(files.clone().map(|file| mode(&file)), [0o600; 3], "{shared:o}");
        second.close().await.unwrap();
    }
    // A tool that only looks changes nothing.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    SqliteOptions::new().skip_migrations().open(&path).unwrap().close().await.unwrap();
    assert_eq!(mode(&path), 0o640);
}

#[test]
fn f61_a_file_of_another_user_names_its_mode() {
    let text = SqliteOpenError::Permissions { mode: 0o664 }.to_string();
    assert!(text.contains("664") && text.contains("chmod 600"), "{text}");
}
