//! F12, F43: power that is lost while a store is created, or migrated to a later version.

use kakaopay::store::{SchemaError, Store};
use kakaopay_sqlite_powerloss::{Disk, Honesty, install};
use kakaopay_store_sqlite::rusqlite::{self, Connection};
use kakaopay_store_sqlite::testing::migrate_to_next;
use kakaopay_store_sqlite::{SqliteOpenError, SqliteStore};

use crate::campaign::everywhere;
use crate::plan::{PAYMENTS, Plan, STEPS};
use crate::workload::STORE_FILE;

/// A later version, which changes tables with rows in them.
const ADDED: &str = "
    CREATE TABLE later (payment_id INTEGER PRIMARY KEY REFERENCES payment (id)) STRICT;
    ALTER TABLE outbox_message ADD COLUMN urgency INTEGER NOT NULL DEFAULT 7;
    INSERT INTO later SELECT id FROM payment;";

/// A closed store of the newest version, with the steps of the plan.
async fn stored(plan: Plan) -> Disk {
    install();
    let disk = Disk::new();
    let store = SqliteStore::open(disk.path(STORE_FILE)).expect("a store");
    for payment in 0..PAYMENTS {
        for step in 1..=STEPS {
            store.commit(plan.step(payment, step)).await.expect("stored");
        }
    }
    store.close().await.expect("closed");
    Disk::with(disk.files(), Honesty::Honest, true)
}

/// Migrates a store to the later version, and counts: payments, entries, migrated payments and messages.
fn migrate(disk: &Disk) -> Result<[i64; 4], SqliteOpenError> {
    let file = Connection::open(disk.path(STORE_FILE))?;
    migrate_to_next(&file, ADDED)?;
    let sound: String = file.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    assert_eq!(sound, "ok");
    let count = |sql: &str| -> rusqlite::Result<i64> { file.query_row(sql, [], |row| row.get(0)) };
    Ok([
        count("SELECT count(*) FROM payment")?,
        count("SELECT count(*) FROM journal_entry")?,
        count("SELECT count(*) FROM later")?,
        count("SELECT count(*) FROM outbox_message WHERE urgency = 7")?,
    ])
}

/// F12: wherever power is lost during a migration, nothing stored is lost, and the migration can be repeated.
#[tokio::test]
async fn f12_f43_a_store_survives_power_loss_during_a_migration() {
    let disk = stored(Plan { seed: 1 }).await;
    let expected = migrate(&disk).expect("migrated");
    let payments = i64::from(PAYMENTS);
    assert_eq!(expected[..3], [payments, payments * STEPS.cast_signed(), payments]);
    assert!(expected[3] > 0);
    let images = everywhere(&disk, 8);
    assert!(images.len() > 8 * 15, "{} places", images.len() / 8);
    let (mut before, mut after) = (0, 0);
    for (place, image) in images {
        let found = Disk::with(image.files, Honesty::Honest, true);
        // This version opens the store as it was, or refuses the one that is already migrated.
        match SqliteStore::open(found.path(STORE_FILE)) {
            Ok(store) => {
                store.integrity_check().await.expect("a sound file");
                store.close().await.expect("closed");
                before += 1;
            }
            Err(SqliteOpenError::Schema(SchemaError::Newer { found: 2, supported: 1, .. })) => after += 1,
            Err(error) => panic!("{place}: {error:?}"),
        }
        assert_eq!(migrate(&found).unwrap_or_else(|error| panic!("{place}: {error:?}")), expected, "{place}");
    }
    assert!(before > 0 && after > 0, "{before} before, {after} after");
}

/// F12: a file whose creation lost power anywhere is opened as an empty store.
#[tokio::test]
async fn f12_a_file_that_lost_power_during_creation_is_opened() {
    install();
    let disk = Disk::new();
    SqliteStore::open(disk.path(STORE_FILE)).expect("a store").close().await.expect("closed");
    let images = everywhere(&disk, 4);
    assert!(images.iter().any(|(_, image)| image.files.is_empty()));
    assert!(images.iter().any(|(_, image)| image.files.keys().any(|name| name.ends_with("-journal"))));
    for (place, image) in images {
        let found = Disk::with(image.files, Honesty::Honest, true);
        let store =
            SqliteStore::open(found.path(STORE_FILE)).unwrap_or_else(|error| panic!("{place}: {error:?}"));
        store.integrity_check().await.expect("a sound file");
        assert_eq!(store.list_payments(None, 1).await.expect("read"), []);
        store.commit(Plan { seed: 1 }.step(0, 1)).await.expect("stored");
        store.close().await.expect("closed");
    }
}
