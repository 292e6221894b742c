//! Backups of a store in use.

use std::path::Path;

use kakaopay_store::{BACKUP, MemoryStore, Setting, Store, StoreErrorKind, copy, restore};
use kakaopay_store_sqlite::SqliteStore;

use crate::support::{reference, step};

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("read");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("read").file_name().into_string().expect("read")).collect();
    names.sort();
    names
}

/// Commits go on meanwhile, and the backup has all of those before it and none in part. Nothing drives it before it is
/// restored.
#[tokio::test]
async fn f51_a_backup_of_a_store_in_use_is_whole_and_closed() {
    let (live, safe) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = SqliteStore::open(live.path().join("store.sqlite")).unwrap();
    for seq in 0..200 {
        store.commit(step("a", seq, vec![7; 3_000])).await.unwrap();
    }
    let writer = store.clone();
    let writing = tokio::spawn(async move {
        for seq in 200..600 {
            writer.commit(step("a", seq, vec![7; 3_000])).await.unwrap();
        }
    });
    let backup = safe.path().join("backup.sqlite");
    store.backup(&backup).await.unwrap();
    writing.await.unwrap();
    assert_eq!(names(safe.path()), ["backup.sqlite"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let id = store.setting(Setting::StoreId).await.unwrap();
    store.close().await.unwrap();
    let copy = SqliteStore::open(&backup).unwrap();
    copy.integrity_check().await.unwrap();
    let entries = copy.read_journal(&reference("a")).await.unwrap().len();
    assert!((200..=600).contains(&entries), "{entries}");
    assert_eq!(copy.setting(Setting::StoreId).await.unwrap(), id);
    assert_eq!(copy.setting(Setting::Closed).await.unwrap().as_deref(), Some(BACKUP));
    restore(&copy).await.unwrap();
    restore(&copy).await.unwrap();
    assert_eq!(copy.setting(Setting::Closed).await.unwrap(), None);
    assert!(copy.setting(Setting::Suspect).await.unwrap().is_some());
}

/// A file that exists is never replaced, and a failed backup leaves no file.
#[tokio::test]
async fn f51_a_backup_replaces_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let store = SqliteStore::open(&path).unwrap();
    let before = names(folder.path());
    for existing in [path.clone(), folder.path().join("other")] {
        if existing != path {
            std::fs::write(&existing, "other").unwrap();
        }
        let error = store.backup(&existing).await.unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Other);
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.ends_with("exists already: name a file that does not"), "{source}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("other")).unwrap(), "other");
    store.backup(folder.path().join("missing").join("backup.sqlite")).await.unwrap_err();
    store.close().await.unwrap();
    std::fs::remove_file(folder.path().join("other")).unwrap();
    assert_eq!(names(folder.path()).len(), before.iter().filter(|name| !name.contains("sqlite-")).count());
}

/// A store whose payments have moved has no backup: restored, it would be a second one in use.
#[tokio::test]
async fn f51_a_closed_store_is_not_backed_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("store.sqlite")).unwrap();
    store.commit(step("a", 0, *b"one")).await.unwrap();
    copy(&store, &MemoryStore::new()).await.unwrap();
    let backup = folder.path().join("backup.sqlite");
    let error = store.backup(&backup).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.starts_with("the store is closed: its payments have moved"), "{source}");
    assert!(!names(folder.path()).iter().any(|name| name.contains("backup")));
}
