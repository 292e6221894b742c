//! A store whose file was damaged, or altered by hand: `KAKAOPAY_FLIPS` says how many bytes are flipped.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kakaopay::store::{
    ClaimRequest, Commit, DeadlineChange, NewInboxEvent, OutboxMessage, Seq, Store, StoreErrorKind,
};
use kakaopay::types::{ChargeId, Currency, EventId, Money, PaymentAmount, Reference, ReturnUri, Timestamp};
use kakaopay_flows::Payment;
use kakaopay_sandbox::WebhookSchedule;
use kakaopay_store_sqlite::rusqlite::Connection;
use kakaopay_store_sqlite::{SqliteOpenError, SqliteOptions, SqliteStore};
use kakaopay_tests::{Shop, browser};

const JOURNALS: [(&str, &str); 3] = [
    ("order-1", include_str!("../../pure/data/journals/successful.jsonl")),
    ("order-2", include_str!("../../pure/data/journals/refunded.jsonl")),
    ("order-3", include_str!("../../pure/data/journals/refused.jsonl")),
];

fn reference(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

/// Opens it at a time that stands still, so that the same rows are due each time.
fn open(path: &Path) -> Result<SqliteStore, SqliteOpenError> {
    let now = Timestamp::parse("2024-02-29T12:00:00Z").expect("a time");
    SqliteOptions::new().clock(move || now).open(path)
}

/// The file of a store with some payments, one of them with a snapshot.
async fn filled(path: &Path) {
    let store = open(path).expect("a store");
    for (name, journal) in JOURNALS {
        let journal = journal.replace("order-345678", name);
        let (mut entries, mut sent) = (Vec::new(), BTreeSet::new());
        for (seq, line) in (0..).zip(journal.lines()) {
            let line = line.replace("chrg_test_", &format!("chrg_test_{}", &name[6..]));
            let mut commit = Commit::new(reference(name), Seq::new(seq)).entry(line.as_bytes());
            commit = commit.deadline(DeadlineChange::In(Duration::from_secs(seq % 3)));
            let mut keys = vec![format!("{name}/{seq}")];
            if let Some((_, found)) = line.split_once("\"charge_found\",\"charge\":\"") {
                let charge = found.split('"').next().expect("an id");
                commit = commit.charge(ChargeId::parse(charge).expect("an id"));
            }
            entries.push((seq + 1, line.clone().into_bytes()));
            let entries = entries.iter().map(|(seq, bytes)| (*seq, bytes.as_slice()));
            let payment = Payment::replay(entries).expect("a journal").expect("a payment");
            keys.extend(payment.notification_keys().into_iter().filter(|key| sent.insert(key.clone())));
            let message = |key| OutboxMessage::new(key, line.as_bytes());
            commit = commit.messages(keys.into_iter().map(message).collect());
            store.commit(commit.snapshot(payment.snapshot().expect("a snapshot"))).await.expect("stored");
        }
        let event = EventId::parse(&format!("evnt_test_{}", &name[6..])).expect("an id");
        store.insert_event(NewInboxEvent::new(event, name.as_bytes())).await.expect("stored");
    }
    store.close().await.expect("closed");
}

/// Everything that the calls return, apart from times.
async fn returned(store: &SqliteStore) -> Result<Vec<String>, kakaopay::store::StoreError> {
    let mut returned = Vec::new();
    for found in store.list_payments(None, 100).await? {
        returned.push(format!("{:?}", store.read_journal(&found).await?));
        let loaded = store.load(&found).await?;
        returned.push(format!("{loaded:?}"));
        returned.push(found.to_string());
    }
    for (name, journal) in JOURNALS {
        if let Some((_, charge)) = journal.split_once("chrg_test_") {
            let charge = charge.split('"').next().expect("an id");
            let charge = ChargeId::parse(&format!("chrg_test_{}{charge}", &name[6..])).expect("an id");
            returned.push(format!("{:?}", store.find_by_charge(&charge).await?));
        }
    }
    for setting in kakaopay::store::Setting::ALL {
        returned.push(format!("{setting:?} {:?}", store.setting(setting).await?));
    }
    let all = ClaimRequest::new(Duration::from_secs(60), 1_000);
    // The numbers of claims are random.
    returned.extend(store.claim_due(all).await?.into_iter().map(|due| due.reference.to_string()));
    for event in store.claim_events(all).await? {
        returned.push(format!("{} {} {}", event.event, String::from_utf8_lossy(&event.body), event.damaged));
    }
    for message in store.claim_messages(all).await? {
        let (key, body) = (&message.key, String::from_utf8_lossy(&message.body));
        returned.push(format!("{} {key} {body} {}", message.reference, message.damaged));
    }
    Ok(returned)
}

/// Whether a check finds the damage, or a call fails or marks a row as damaged.
///
/// Otherwise it returns the first difference.
async fn undetected(path: &Path, sound: &[String]) -> Option<String> {
    let store = open(path).ok()?;
    let checked = store.integrity_check().await.is_ok()
        && kakaopay::verify(&store)
            .await
            .is_ok_and(|report| report.damaged.is_empty() && report.unreadable.is_none());
    let returned = returned(&store).await;
    drop(store.close().await);
    let returned = returned.ok().filter(|_| checked)?;
    let different = returned.iter().zip(sound).find(|(returned, sound)| returned != sound);
    let lengths = format!("{} of {} lines", returned.len(), sound.len());
    let different = different.map(|(returned, sound)| format!("{returned}\ninstead of\n{sound}"));
    different.or_else(|| (returned.len() != sound.len()).then_some(lengths))
}

#[expect(clippy::disallowed_methods, reason = "it is the one setting of the test")]
fn flips() -> usize {
    std::env::var("KAKAOPAY_FLIPS").ok().and_then(|flips| flips.parse().ok()).unwrap_or(200)
}

fn copy(folder: &Path, bytes: &[u8]) -> PathBuf {
    let path = folder.join("copy.sqlite");
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("copy.sqlite{suffix}")));
    }
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// F62: whichever byte of a store is flipped, a check finds it, a call fails, or no call returns anything else.
#[tokio::test]
async fn f62_i10_each_flipped_byte_is_found_or_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.sqlite");
    filled(&path).await;
    let bytes = std::fs::read(&path).expect("a file");
    let sound_copy = copy(folder.path(), &bytes);
    let store = open(&sound_copy).expect("a store");
    store.integrity_check().await.expect("sound");
    let report = kakaopay::verify(&store).await.expect("sound");
    assert_eq!((report.payments, report.damaged), (3, vec![]));
    let sound = returned(&store).await.expect("sound");
    store.close().await.expect("closed");
    let mut random = fastrand::Rng::with_seed(62);
    let flips = flips().min(bytes.len());
    let every = bytes.len().div_ceil(flips);
    let mut flipped = 0;
    for from in (0..bytes.len()).step_by(every) {
        let at = random.usize(from..bytes.len().min(from + every));
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << random.u8(0..8);
        let damaged = copy(folder.path(), &damaged);
        if let Some(difference) = undetected(&damaged, &sound).await {
            panic!("byte {at} of {}: {difference}", bytes.len());
        }
        flipped += 1;
    }
    assert!(flipped * 2 > flips, "{flipped}");
}

/// Changes one row of each kind by hand, past the triggers.
fn alter(path: &Path, change: &str) {
    let raw = Connection::open(path).expect("a connection");
    raw.execute_batch(&format!("DROP TRIGGER journal_entry_rejects_update; {change}")).expect("altered");
    raw.close().expect("closed");
}

/// F62: an amount that was altered by hand is never delivered or refunded; the other payments go on.
#[tokio::test]
async fn f62_an_altered_payment_is_refused_and_the_others_go_on() {
    for change in [
        "UPDATE journal_entry SET bytes = CAST(replace(CAST(bytes AS TEXT), '150000', '990000') AS BLOB)",
        "UPDATE outbox_message SET body = CAST(replace(CAST(body AS TEXT), '150000', '990000') AS BLOB)",
        "UPDATE outbox_message SET idempotency_key = 'order-345678/failed'",
    ] {
        let shop = Shop::builder().open().await;
        shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
        let page = shop.check_out(Shop::order()).await;
        browser::decide(&page, "outcome=successful").await;
        assert!(shop.merchant.buyer_returned(&Shop::reference()).await.expect("read").is_paid());
        alter(&shop.store_path, change);
        let shop = shop.restarted();
        let another = kakaopay::Order::new(
            reference("another"),
            PaymentAmount::new(Money::new(150_000, Currency::SGD)).expect("an amount"),
            ReturnUri::parse("https://example.com/another").expect("an address"),
        );
        let page = shop.check_out(another).await;
        browser::decide(&page, "outcome=successful").await;
        for _ in 0..20 {
            shop.settle_down().await;
            shop.sandbox.clock().advance_seconds(10);
        }
        // The damaged payment's charge is older; the list is read on behind it.
        let since = shop.merchant.now().saturating_add_seconds(-86_400);
        let report = shop.merchant.reconcile(since).await.expect("reconciled");
        let failures = u64::from(change.contains("journal"));
        assert_eq!((report.charges, report.failures, report.complete), (2, failures, true), "{change}");
        let keys: Vec<_> = shop.notifications.events().into_iter().map(|(key, _)| key).collect();
        let sound = ["order-345678/paid", "another/paid"];
        // The journal is altered, and the notification that it had led to is not; or the notification is.
        let expected = if change.contains("outbox") { &sound[1..] } else { &sound[..] };
        assert_eq!(keys, expected, "{change}");
        let store = SqliteStore::open(&shop.store_path).expect("a store");
        assert_eq!(store.integrity_check().await.expect_err(change).kind(), StoreErrorKind::Corrupt);
        let verified = kakaopay::verify(&store).await.expect("read");
        assert_eq!(verified.damaged.len(), usize::from(change.contains("journal")), "{change}");
        assert_eq!(verified.unreadable.is_some(), change.contains("outbox"), "{change}");
    }
}

/// F62: a notification or a deadline that is gone is found, although every row that is left is sound.
#[tokio::test]
async fn f62_a_lost_notification_or_deadline_is_found() {
    for (change, problem) in [
        ("DELETE FROM outbox_message", "its notification order-345678/paid is missing"),
        ("UPDATE payment SET due_at = NULL", "something is due later, and it has no deadline: refresh it"),
    ] {
        let shop = Shop::builder().open().await;
        shop.sandbox.set_webhook_schedule(WebhookSchedule::LOST);
        let page = shop.check_out(Shop::order()).await;
        if change.contains("outbox") {
            browser::decide(&page, "outcome=successful").await;
            assert!(shop.merchant.buyer_returned(&Shop::reference()).await.expect("read").is_paid());
        }
        let store = SqliteStore::open(&shop.store_path).expect("a store");
        assert_eq!(kakaopay::verify(&store).await.expect("read").damaged, []);
        store.close().await.expect("closed");
        alter(&shop.store_path, change);
        let store = SqliteStore::open(&shop.store_path).expect("a store");
        let damaged = kakaopay::verify(&store).await.expect("read").damaged;
        let found: Vec<_> = damaged.iter().map(|damaged| damaged.problem.as_str()).collect();
        assert_eq!(found, [problem]);
    }
}
