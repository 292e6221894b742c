//! Files that are rejected and left unchanged.

use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use kakaopay_store::{SchemaError, Store, StoreError, StoreErrorKind};
use kakaopay_store_sqlite::{SqliteOpenError, SqliteOptions, SqliteStore};
use rusqlite::Connection;

use crate::support::{open, place, step};

#[track_caller]
fn refused(path: &Path) -> SqliteOpenError {
    let before = fs::read(path).expect("the file");
    let error = SqliteStore::open(path).expect_err("refused");
    assert_eq!(fs::read(path).expect("the file"), before);
    error
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (_dir, path) = place();
    open(&path).close().await.unwrap();
    let raw = Connection::open(&path).unwrap();
    raw.pragma_update(None, "user_version", 7).unwrap();
    raw.close().unwrap();
    let error = refused(&path);
    assert!(
        matches!(error, SqliteOpenError::Schema(SchemaError::Newer { found: 7, supported: 1, .. })),
        "{error}"
    );
    assert_eq!(StoreError::from(error).kind(), StoreErrorKind::UnrecognizedSchema);
}

/// Without migrations an empty or older file is unchanged, and a missing one is not created.
#[tokio::test]
async fn f43_reading_changes_nothing() {
    let (_dir, path) = place();
    let look = || SqliteOptions::new().skip_migrations().open(&path);
    let missing = look().expect_err("no file");
    assert_eq!(StoreError::from(missing).kind(), StoreErrorKind::Io);
    assert!(!path.exists());
    fs::write(&path, "").expect("a file");
    let empty = look().expect_err("no store");
    assert!(
        matches!(empty, SqliteOpenError::Schema(SchemaError::Older { found: 0, supported: 1 })),
        "{empty}"
    );
    assert_eq!(StoreError::from(empty).kind(), StoreErrorKind::UnrecognizedSchema);
    assert_eq!(fs::read(&path).expect("the file"), b"");
    open(&path).close().await.unwrap();
    look().expect("a store").close().await.unwrap();
}

#[tokio::test]
async fn an_altered_schema_is_refused() {
    let (_dir, path) = place();
    open(&path).close().await.unwrap();
    let raw = Connection::open(&path).unwrap();
    raw.execute("UPDATE migration SET checksum = 'other'", []).unwrap();
    raw.close().unwrap();
    let error = refused(&path);
    assert!(matches!(error, SqliteOpenError::Schema(SchemaError::Altered { version: 1 })), "{error}");
}

#[test]
fn a_database_of_another_program_is_refused() {
    let (_dir, path) = place();
    let raw = Connection::open(&path).unwrap();
    raw.execute("CREATE TABLE payment (id INTEGER)", []).unwrap();
    raw.close().unwrap();
    let error = refused(&path);
    assert!(matches!(error, SqliteOpenError::Schema(SchemaError::NotAStore)), "{error}");
    assert_eq!(StoreError::from(error).kind(), StoreErrorKind::UnrecognizedSchema);
}

#[test]
fn a_database_that_names_another_program_is_refused() {
    let (_dir, path) = place();
    let raw = Connection::open(&path).unwrap();
    raw.pragma_update(None, "application_id", 7).unwrap();
    raw.execute_batch("VACUUM").unwrap();
    raw.close().unwrap();
    let error = refused(&path);
    assert!(matches!(error, SqliteOpenError::Schema(SchemaError::NotAStore)), "{error}");
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let (_dir, path) = place();
    fs::write(&path, "not a database, but longer than the header of one".repeat(40)).unwrap();
    let error = refused(&path);
    assert!(matches!(error, SqliteOpenError::Schema(SchemaError::NotAStore)), "{error}");
}

#[test]
fn an_empty_file_becomes_a_store() {
    let (_dir, path) = place();
    fs::write(&path, "").unwrap();
    open(&path);
}

#[test]
fn a_place_without_a_log_is_refused() {
    let error = SqliteStore::open(":memory:").unwrap_err();
    assert!(matches!(&error, SqliteOpenError::NoWal { answer } if answer == "memory"), "{error}");
}

#[test]
fn a_directory_that_does_not_exist_is_trouble_of_the_disk() {
    let (dir, _) = place();
    let error = SqliteStore::open(dir.path().join("missing").join("store.db")).unwrap_err();
    assert_eq!(StoreError::from(error).kind(), StoreErrorKind::Io);
}

#[tokio::test]
async fn a_path_is_never_an_address() {
    let (dir, _) = place();
    let path = dir.path().join("a?mode=memory#b.db");
    let store = open(&path);
    store.commit(step("a", 0, *b"x")).await.unwrap();
    assert!(path.exists());
}

#[test]
fn many_may_make_the_same_file_at_once() {
    for _ in 0..20 {
        let (_dir, path) = place();
        let start = Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    start.wait();
                    open(&path)
                });
            }
        });
    }
}
