//! F43: a process of version 0.1.0 has the file open while this version takes it forward, and a newer one while this
//! version has it open.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;
use std::{fs, thread};

use kakaopay_ledger::{Commit, Message, Receipt, Seq, Store, StoreErrorKind};
use kakaopay_ledger_sqlite::{OpenError, SqliteStore};
use rusqlite::{Connection, OptionalExtension};

use crate::support::{at, delivery, event, lease, open, place, reference, step};

/// A process of version 0.1.0: its connection, and the statements it has prepared.
struct Elder(Connection);

impl Elder {
    /// Makes the file as 0.1.0 did.
    fn make(path: &Path) -> Self {
        let file = Connection::open(path).expect("a file");
        file.execute_batch(include_str!("data/0.1.0.sql")).expect("its schema");
        file.pragma_update(None, "synchronous", "FULL").expect("it waits for the disk");
        file.pragma_update(None, "foreign_keys", true).expect("they hold");
        file.busy_timeout(Duration::from_secs(60)).expect("patience");
        Self(file)
    }

    fn run(&self, sql: &str, params: impl rusqlite::Params) -> usize {
        self.0.prepare_cached(sql).and_then(|mut run| run.execute(params)).expect(sql)
    }

    /// The step that opens a payment: its entry, its deadline and its message.
    fn commit(&self, order: &str) {
        self.0.execute_batch("BEGIN IMMEDIATE").expect("begun");
        self.run("INSERT INTO payment (reference) VALUES (?1)", [order]);
        let payment = self.0.last_insert_rowid();
        self.run(
            "INSERT INTO charge (charge, payment) VALUES (?1, ?2)",
            (format!("chrg_test_{order}"), payment),
        );
        self.run("INSERT INTO entry (payment, seq, bytes) VALUES (?1, ?2, ?3)", (payment, 1, &b"elder"[..]));
        self.run("UPDATE payment SET seq = ?2 WHERE id = ?1", (payment, 1));
        self.run("UPDATE payment SET deadline = ?2 WHERE id = ?1", (payment, 5_000));
        self.run(
            "INSERT INTO outbox (key, payment, body) VALUES (?1, ?2, ?3)
             ON CONFLICT (key) DO NOTHING",
            (format!("{order}/settled"), payment, &b"paid"[..]),
        );
        self.0.execute_batch("COMMIT").expect("stored");
    }

    /// Stores a webhook.
    fn receive(&self, name: &str) -> usize {
        self.run(
            "INSERT INTO inbox (event, body, received_at, visible_at) VALUES (?1, ?2, ?3, ?3)
             ON CONFLICT (event) DO NOTHING",
            (format!("evnt_test_{name}"), &b"elder"[..], 1_000),
        )
    }

    /// Claims the oldest message that waits, until a moment in milliseconds.
    fn claim(&self, now: i64, until: i64) -> Option<(String, i64)> {
        self.0.execute_batch("BEGIN IMMEDIATE").expect("begun");
        let mut find = self
            .0
            .prepare_cached(
                "SELECT position, key, reference, body FROM outbox JOIN payment ON payment.id = payment
                 WHERE visible_at IS NOT NULL AND visible_at <= ?1 ORDER BY position LIMIT ?2",
            )
            .expect("prepared");
        let found = find.query_row((now, 1), |row| Ok((row.get::<_, i64>(0)?, row.get(1)?))).optional();
        let claimed = found.expect("read").map(|(position, key)| {
            let mut claim = self
                .0
                .prepare_cached(
                    "UPDATE outbox SET visible_at = ?2, claims = claims + 1 WHERE position = ?1
                     RETURNING claims",
                )
                .expect("prepared");
            (key, claim.query_row((position, until), |row| row.get(0)).expect("claimed"))
        });
        self.0.execute_batch("COMMIT").expect("stored");
        claimed
    }

    /// Marks a message as told; whether the claim still counts.
    fn complete(&self, key: &str, claim: i64) -> bool {
        let told = "UPDATE outbox SET visible_at = NULL WHERE key = ?1 AND claims = ?2 AND claims > 0";
        self.run(told, (key, claim)) == 1
    }

    /// How many entries a payment has.
    fn entries(&self, order: &str) -> usize {
        let journal = "SELECT payment.seq, entry.seq, entry.bytes FROM payment
             LEFT JOIN entry ON entry.payment = payment.id
             WHERE payment.reference = ?1 ORDER BY entry.seq";
        let mut journal = self.0.prepare_cached(journal).expect("prepared");
        journal.query_map([order], |_| Ok(())).expect("read").count()
    }
}

/// Stores orders until it is told to stop or nobody listens any more, and says each when it is stored.
fn go_on(elder: Elder, stop: &AtomicBool, stored: &SyncSender<String>) -> Elder {
    let mut numbers = 0_u64..;
    while let Some(number) = numbers.next().filter(|_| !stop.load(Ordering::SeqCst)) {
        let order = format!("elder-{number}");
        elder.commit(&order);
        if stored.send(order).is_err() {
            break;
        }
    }
    elder
}

/// How many orders are stored before the first is heard of. It bounds for how long the file is never free.
const AHEAD: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f43_i10_a_process_of_the_version_before_goes_on_while_the_file_is_taken_forward() {
    for round in 0..8 {
        let (_dir, path) = place();
        let elder = Elder::make(&path);
        let (stop, (stored, heard)) = (AtomicBool::new(false), sync_channel(AHEAD));
        let (stop, mut orders) = (&stop, Vec::<String>::new());
        let (elder, store) = thread::scope(|scope| {
            let working = scope.spawn(move || go_on(elder, stop, &stored));
            // It is this closure's own: should it panic, nobody listens, and the other ends, too.
            let heard = heard;
            // Somewhere in its work the file is taken forward, and it works on.
            orders.extend(heard.iter().take(1 + round));
            let store = open(&path);
            orders.extend(heard.iter().take(20 + AHEAD));
            stop.store(true, Ordering::SeqCst);
            orders.extend(heard.iter());
            (working.join().expect("it works on"), store)
        });
        for order in &orders {
            let loaded = store.load(&reference(order)).await.unwrap();
            assert_eq!((loaded.snapshot, loaded.entries.len()), (None, 1), "{order}");
        }
        let backlog = store.backlog().await.unwrap();
        let all = u64::try_from(orders.len()).unwrap();
        assert_eq!((backlog.deadlines.count, backlog.outbox.count), (all, all));
        store.integrity_check().await.unwrap();
        assert_eq!(elder.entries(&orders[0]), 1);
    }
}

/// Each takes over what the other has begun, and neither does what the other has done.
#[tokio::test]
async fn f43_f40_two_versions_share_their_work() {
    let (_dir, path) = place();
    let elder = Elder::make(&path);
    elder.commit("a");
    let (key, claim) = elder.claim(1, 10_000).unwrap();
    let store = open(&path);
    // What the elder claimed before is its own until the lease ends, and then ours.
    assert!(store.claim_messages(lease(9, 20)).await.unwrap().is_empty());
    let ours = store.claim_messages(lease(10, 20)).await.unwrap().remove(0);
    assert!(!elder.complete(&key, claim), "it came too late");
    store.complete(&ours.key, ours.claim).await.unwrap();
    assert_eq!(elder.claim(99_000, 100_000), None);
    // And the other way round.
    let messages = vec![Message { key: "b/settled".to_owned(), body: Box::from(*b"paid") }];
    let snapshot = Some(Box::from(*b"of one"));
    store.commit(Commit { messages, snapshot, ..step("b", 0, *b"one") }).await.unwrap();
    let zombie = store.claim_messages(lease(1, 10)).await.unwrap().remove(0);
    let (key, claim) = elder.claim(10_000, 20_000).unwrap();
    let error = store.complete(&zombie.key, zombie.claim).await.unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
    assert!(elder.complete(&key, claim));
    assert!(store.claim_messages(lease(99, 100)).await.unwrap().is_empty());
    // A webhook that both receive is stored once, and a place of a journal is given once.
    assert_eq!(elder.receive("1"), 1);
    assert_eq!(store.receive(delivery("1", *b"x")).await.unwrap(), Receipt::Duplicate);
    store.finish_event(&event("1")).await.unwrap();
    assert_eq!(elder.receive("1"), 0);
    assert_eq!((elder.entries("a"), elder.entries("b")), (1, 1));
    assert_eq!(store.commit(step("a", 1, *b"two")).await.unwrap(), Seq::new(2));
    let second =
        "INSERT INTO entry (payment, seq, bytes) SELECT id, 2, x'00' FROM payment WHERE reference = 'a'";
    elder.0.execute(second, []).expect_err("there is one");
    // An entry of the elder's behind our snapshot is read.
    let third =
        "INSERT INTO entry (payment, seq, bytes) SELECT id, 2, x'00' FROM payment WHERE reference = 'b'";
    assert_eq!(elder.run(third, []), 1);
    elder.run("UPDATE payment SET seq = 2 WHERE reference = ?1", ["b"]);
    let loaded = store.load(&reference("b")).await.unwrap();
    assert_eq!((loaded.snapshot.map(|snapshot| snapshot.seq), loaded.entries.len()), (Some(Seq::new(1)), 1));
}

/// What a version after this one may do to the file: add to it.
const ADDS: &str = "
    BEGIN IMMEDIATE;
    ALTER TABLE outbox ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE payment ADD COLUMN shop TEXT;
    CREATE TABLE later (payment INTEGER PRIMARY KEY REFERENCES payment (id)) STRICT;
    INSERT INTO migration (version, checksum) VALUES (3, 'later');
    PRAGMA user_version = 3;
    COMMIT;";

/// A deployment is rolled out and back: whoever has the file open goes on, and whoever opens it is told.
#[tokio::test]
async fn f43_a_store_that_is_open_goes_on_under_a_newer_schema_and_no_other_opens_it() {
    let (_dir, path) = place();
    let store = open(&path);
    let one = || Message { key: "a/1".to_owned(), body: Box::from(*b"one") };
    store.commit(Commit { messages: vec![one()], ..step("a", 0, *b"one") }).await.unwrap();
    let claimed = store.claim_messages(lease(1, 10)).await.unwrap().remove(0);
    Connection::open(&path).unwrap().execute_batch(ADDS).unwrap();

    store.commit(Commit { messages: vec![one()], ..step("a", 1, *b"two") }).await.unwrap();
    store.commit(step("b", 0, *b"one")).await.unwrap();
    store.complete(&claimed.key, claimed.claim).await.unwrap();
    assert!(store.claim_messages(lease(99, 100)).await.unwrap().is_empty());
    assert_eq!(store.receive(delivery("1", *b"x")).await.unwrap(), Receipt::New);
    assert_eq!(store.claim_events(lease(5, 9)).await.unwrap().len(), 1);
    assert_eq!(store.journal(&reference("a")).await.unwrap().len(), 2);
    assert_eq!(store.next_wake().await.unwrap(), Some(at(9)));
    store.close().await.unwrap();

    let before = fs::read(&path).unwrap();
    let error = SqliteStore::open(&path).unwrap_err();
    assert!(matches!(error, OpenError::NewerSchema { found: 3, supported: 2 }), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

/// A schema that takes away what this version needs is an error of the call that needs it, and nothing is stored.
#[tokio::test]
async fn f43_a_schema_without_what_a_call_needs_is_an_error_and_stores_nothing() {
    let (_dir, path) = place();
    let store = open(&path);
    store.commit(step("a", 0, *b"one")).await.unwrap();
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("ALTER TABLE outbox RENAME COLUMN body TO contents").unwrap();
    let messages = vec![Message { key: "a/1".to_owned(), body: Box::from(*b"one") }];
    store.commit(Commit { messages, ..step("a", 1, *b"two") }).await.unwrap_err();
    store.claim_messages(lease(1, 10)).await.unwrap_err();
    assert_eq!(store.journal(&reference("a")).await.unwrap().len(), 1);
    store.commit(step("a", 1, *b"two")).await.unwrap();
}
