//! F12, F43: power that goes while a ledger is made, or is taken from the first schema to the newest.

use std::collections::BTreeMap;

use kakaopay::store::{ClaimRequest, Commit, Seq, Store};
use kakaopay_sqlite_powerloss::{Disk, Honesty, install};
use kakaopay_store_sqlite::{SqliteStore, rusqlite};

use crate::campaign::everywhere;
use crate::plan::{END, Plan, at, reference};
use crate::workload::LEDGER;

/// What the first version had written, as text.
const FIRST: &str = include_str!("../../data/ledgers/1.sql");

/// The file, whole and closed.
fn first_version() -> BTreeMap<String, Vec<u8>> {
    install();
    let disk = Disk::new();
    let file = rusqlite::Connection::open(disk.path(LEDGER)).expect("a file");
    file.execute_batch(FIRST).expect("written");
    file.close().expect("closed");
    disk.files()
}

/// What the first version had stored is there, and the file is of the newest schema.
async fn check(disk: &Disk, place: usize) {
    let store = SqliteStore::open(disk.path(LEDGER)).unwrap_or_else(|error| panic!("{place}: {error:?}"));
    store.integrity_check().await.expect("a sound file");
    let journal = store.read_journal(&reference(0)).await.expect("read");
    let bytes: Vec<_> = journal.iter().map(|entry| &*entry.bytes).collect();
    assert_eq!(bytes, [b"one".as_slice(), b"two"], "{place}");
    let lease = ClaimRequest { now: at(END), lease_until: at(END + 1), limit: 10 };
    let told = store.claim_messages(lease).await.expect("claimed");
    assert_eq!(told.iter().map(|message| message.key.as_str()).collect::<Vec<_>>(), ["order-0/paid"]);
    assert_eq!(store.claim_events(lease).await.expect("claimed").len(), 1, "{place}");
    assert_eq!(store.claim_due(lease).await.expect("claimed")[0].at, at(30), "{place}");
    // Only the newest schema has room for it.
    let step =
        Commit { snapshot: Some(b"all".as_slice().into()), ..Commit::new(reference(0), Seq::new(2), at(1)) };
    store.commit(step).await.expect("stored");
    store.close().await.expect("closed");
}

/// F12: wherever the way forward is cut off, nothing that was stored is lost, and it can be gone again.
#[tokio::test]
async fn f12_f43_a_file_of_the_first_version_survives_the_loss_of_power_on_its_way() {
    let disk = Disk::with(first_version(), Honesty::Honest, true);
    let store = SqliteStore::open(disk.path(LEDGER)).expect("a ledger");
    store.close().await.expect("closed");
    let images = everywhere(&disk, 8);
    assert!(images.len() > 8 * 15, "{} places", images.len() / 8);
    for (place, image) in images {
        check(&Disk::with(image.files, Honesty::Honest, true), place).await;
    }
}

/// F12: a file whose making was cut off anywhere is opened, as a ledger without anything in it.
#[tokio::test]
async fn f12_a_file_that_was_being_made_is_a_ledger_or_becomes_one() {
    install();
    let disk = Disk::new();
    SqliteStore::open(disk.path(LEDGER)).expect("a ledger").close().await.expect("closed");
    let images = everywhere(&disk, 4);
    assert!(images.iter().any(|(_, image)| image.files.is_empty()));
    assert!(images.iter().any(|(_, image)| image.files.keys().any(|name| name.ends_with("-journal"))));
    for (place, image) in images {
        let found = Disk::with(image.files, Honesty::Honest, true);
        let store =
            SqliteStore::open(found.path(LEDGER)).unwrap_or_else(|error| panic!("{place}: {error:?}"));
        store.integrity_check().await.expect("a sound file");
        assert_eq!(store.list_payments(None, 1).await.expect("read"), []);
        store.commit(Plan { seed: 1 }.step(0, 1)).await.expect("stored");
        store.close().await.expect("closed");
    }
}
