//! Stores that are copied into another and from another.

#![expect(clippy::missing_panics_doc, reason = "a case fails by panicking")]

use kakaopay_types::Timestamp;

use super::make::{alert, charge, delivery, event, message, reference, seconds, step};
use super::subject::{ManualClock, Subject, TestClock};
use crate::commit::{Commit, DeadlineChange, Seq};
use crate::copy::{CopyError, CopyReport, copy};
use crate::memory::MemoryStore;
use crate::outbox::{Skip, SkipOutcome};
use crate::restore::{BACKUP, restore};
use crate::row::{MessageState, Row, RowKind};
use crate::setting::Setting;
use crate::store::Store;
use crate::work::ClaimRequest;

/// When everything was stored, in seconds since 1970.
const FILLED: i64 = 1_000;
/// When it is copied.
const COPIED: i64 = 1_010;

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH.saturating_add_seconds(seconds)
}

async fn in_memory(now: i64) -> (MemoryStore, ManualClock) {
    let clock = ManualClock::default();
    clock.set(at(now)).await;
    (MemoryStore::new().with_clock(clock.clone()), clock)
}

/// Fills a store with a row of each kind in each state.
async fn fill(store: &impl Store) {
    let with_charge = Commit { charge: Some(charge("1")), ..step("a", 0, "one") };
    store.commit(with_charge.messages(vec![message("a/claimed"), message("a/waits")])).await.expect("stored");
    let second = Commit { snapshot: Some((*b"two of a").into()), ..step("a", 1, "two") };
    store.commit(second.messages(vec![alert("a/alert")])).await.expect("stored");
    let third = step("a", 2, "three").charge(charge("2"));
    store.commit(third.deadline(DeadlineChange::In(seconds(60)))).await.expect("stored");
    for (name, key) in [("b", "b/completed"), ("c", "c/failed"), ("e", "e/skipped")] {
        store.commit(step(name, 0, name).messages(vec![message(key)])).await.expect("stored");
    }
    // An orphan, and a payment whose deadline is claimed.
    let orphan = Commit::new(reference("d"), Seq::ZERO).charge(charge("9"));
    store.commit(orphan.messages(vec![alert("d/orphaned")])).await.expect("stored");
    store.commit(step("f", 0, "f").deadline(DeadlineChange::In(seconds(0)))).await.expect("stored");
    let due = store.claim_due(ClaimRequest::new(seconds(30), 9)).await.expect("claimed");
    assert_eq!(due.iter().map(|due| &due.reference).collect::<Vec<_>>(), [&reference("f")]);
    // Claims and what becomes of them.
    for claimed in store.claim_messages(ClaimRequest::new(seconds(30), 9)).await.expect("claimed") {
        match claimed.key.as_str() {
            "b/completed" | "a/alert" => store.complete_message(&claimed.key, claimed.claim).await,
            "c/failed" => store.fail_message(&claimed.key, claimed.claim, seconds(45)).await,
            _ => Ok(()),
        }
        .expect("stored");
    }
    let skipped = store.skip_message("e/skipped", Skip::new("Mina", "by hand")).await.expect("stored");
    assert_eq!(skipped, SkipOutcome::Skipped);
    for name in ["completed", "claimed", "pending"] {
        if name == "pending" {
            store.claim_events(ClaimRequest::new(seconds(30), 9)).await.expect("claimed");
        }
        store.insert_event(delivery(name, name)).await.expect("stored");
    }
    store.complete_event(&event("completed")).await.expect("stored");
    assert!(store.claim_job("hourly", ClaimRequest::new(seconds(100), 1)).await.expect("claimed"));
    store.reschedule_job("hourly", seconds(90)).await.expect("stored");
    for (setting, text) in
        [(Setting::Account, "account_1"), (Setting::ReconciledUntil, "1970-01-01T00:10:00Z")]
    {
        assert!(store.change_setting(setting, None, Some(text)).await.expect("stored"));
    }
}

/// All rows in an order of their own, without that of which stores keep different parts.
async fn rows(store: &impl Store) -> Vec<String> {
    let mut all = Vec::new();
    for kind in RowKind::ALL {
        let mut after = 0;
        loop {
            // Smaller pages than there are rows.
            let page = store.rows(kind, after, 2).await.expect("read");
            let Some((last, _)) = page.last() else { break };
            assert!(*last > after, "{page:?}");
            after = *last;
            all.extend(page.into_iter().map(|(_, row)| match row {
                Row::Message(mut stored) if !matches!(stored.state, MessageState::Pending { .. }) => {
                    stored.failures = 0;
                    if matches!(stored.state, MessageState::Skipped { .. }) {
                        stored.claim = 0;
                    }
                    format!("{stored:?}")
                }
                row => format!("{row:?}"),
            }));
        }
    }
    all.sort();
    all
}

/// Checks that a store has what was filled in, and goes on with it where the other store stopped.
async fn check(store: &impl Store, clock: &impl TestClock) {
    assert_eq!(store.list_payments(None, 99).await.expect("read").len(), 5);
    let journal = store.read_journal(&reference("a")).await.expect("read");
    assert_eq!(
        journal.iter().map(|entry| &*entry.bytes).collect::<Vec<_>>(),
        [&b"one"[..], b"two", b"three"]
    );
    let loaded = store.load(&reference("a")).await.expect("read");
    assert_eq!(
        loaded.snapshot.map(|taken| (taken.seq, taken.bytes)),
        Some((Seq::new(2), (*b"two of a").into()))
    );
    assert_eq!(loaded.entries.len(), 1);
    assert_eq!(store.charges_of(&reference("a")).await.expect("read"), [charge("1"), charge("2")]);
    assert_eq!(store.find_by_charge(&charge("9")).await.expect("read"), Some(reference("d")));
    assert_eq!(store.setting(Setting::Account).await.expect("read").as_deref(), Some("account_1"));
    assert_eq!(store.setting(Setting::Closed).await.expect("read"), None);
    let claimable = async |now| {
        clock.set(at(now)).await;
        let messages = store.claim_messages(ClaimRequest::new(seconds(1_000), 9)).await.expect("claimed");
        let events = store.claim_events(ClaimRequest::new(seconds(1_000), 9)).await.expect("claimed");
        let due = store.claim_due(ClaimRequest::new(seconds(1_000), 9)).await.expect("claimed");
        let mut names: Vec<_> = messages.into_iter().map(|message| message.key).collect();
        names.extend(events.into_iter().map(|claimed| String::from_utf8(claimed.body.into()).expect("text")));
        names.extend(due.into_iter().map(|due| due.reference.as_str().to_owned()));
        names.sort();
        names
    };
    assert_eq!(claimable(COPIED).await, ["pending"]);
    assert_eq!(claimable(FILLED + 31).await, ["a/claimed", "claimed", "d/orphaned", "f"]);
    assert_eq!(claimable(FILLED + 46).await, ["c/failed"]);
    assert_eq!(claimable(FILLED + 61).await, ["a"]);
    let job = ClaimRequest::new(seconds(1), 1);
    assert!(!store.claim_job("hourly", job).await.expect("claimed"));
    clock.set(at(FILLED + 91)).await;
    assert!(store.claim_job("hourly", job).await.expect("claimed"));
    // Everything that was known is still known.
    store.insert_event(delivery("completed", "again")).await.expect("stored");
    store.commit(step("b", 1, "b").messages(vec![message("b/completed")])).await.expect("stored");
    assert!(claimable(FILLED + 92).await.is_empty());
    let skipped = store.skip_message("e/skipped", Skip::new("Jun", "again")).await.expect("read");
    let first = SkipOutcome::AlreadySkipped { skip: Skip::new("Mina", "by hand"), at: at(FILLED) };
    assert_eq!(skipped, first);
}

/// A copy has everything, from this store and into it, and the source is closed.
pub async fn f51_a_copy_has_everything<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let report = CopyReport { payments: 6, events: 3, messages: 7 };
    let (store, clock) = (subject.store, subject.clock);
    let (source, source_clock) = in_memory(FILLED).await;
    clock.set(at(COPIED)).await;
    fill(&source).await;
    source_clock.set(at(COPIED)).await;
    let before = rows(&source).await;
    assert_eq!(copy(&source, &store).await.expect("copied"), report);
    assert_eq!(rows(&store).await, before);
    let id = |text: Option<String>| text.expect("an identity");
    let of_source = id(source.setting(Setting::StoreId).await.expect("read"));
    assert_eq!(id(store.setting(Setting::StoreId).await.expect("read")), of_source);
    // And on, from this store: once.
    let (target, target_clock) = in_memory(COPIED).await;
    assert_eq!(copy(&store, &target).await.expect("copied"), report);
    assert_eq!(rows(&target).await, before);
    assert_eq!(id(target.setting(Setting::StoreId).await.expect("read")), of_source);
    check(&target, &target_clock).await;
    for closed in [&store.setting(Setting::Closed).await, &source.setting(Setting::Closed).await] {
        let why = closed.as_ref().expect("read").as_deref().expect("closed");
        assert!(why.contains("moved to another store"), "{why}");
    }
    let (other, _) = in_memory(COPIED).await;
    assert!(matches!(copy(&store, &other).await, Err(CopyError::Closed { .. })));
    assert_eq!(other.setting(Setting::Closed).await.expect("read"), None);
}

/// This store goes on with the work of the store that was copied into it.
pub async fn f51_a_copy_is_worked_off<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let (source, source_clock) = in_memory(FILLED).await;
    fill(&source).await;
    source_clock.set(at(COPIED)).await;
    subject.clock.set(at(COPIED)).await;
    copy(&source, &subject.store).await.expect("copied");
    check(&subject.store, &subject.clock).await;
}

/// Only a new store is filled, and a refused copy leaves its source open.
pub async fn f51_a_store_in_use_is_no_target<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let store = subject.store;
    store.insert_event(delivery("own", "own")).await.expect("stored");
    let (source, _) = in_memory(FILLED).await;
    fill(&source).await;
    let refused = copy(&source, &store).await;
    assert!(matches!(refused, Err(CopyError::NotEmpty)), "{refused:?}");
    assert_eq!(store.rows(RowKind::Payment, 0, 9).await.expect("read"), []);
    for open in [source.setting(Setting::Closed).await, store.setting(Setting::Closed).await] {
        assert_eq!(open.expect("read"), None);
    }
}

/// A restored store is suspect and open, and its jobs are due.
pub async fn f51_a_restored_store_is_suspect<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let store = subject.store;
    store.reschedule_job("hourly", seconds(3_600)).await.expect("stored");
    assert!(store.change_setting(Setting::Closed, None, Some(BACKUP)).await.expect("stored"));
    for _ in 0..2 {
        restore(&store).await.expect("restored");
        let why = store.setting(Setting::Suspect).await.expect("read");
        assert_eq!(why.as_deref(), Some("restored from a backup"));
        assert_eq!(store.setting(Setting::Closed).await.expect("read"), None);
    }
    assert!(store.claim_job("hourly", ClaimRequest::new(seconds(1), 1)).await.expect("claimed"));
    // A store that is closed for another reason stays closed.
    assert!(store.change_setting(Setting::Closed, None, Some("moved")).await.expect("stored"));
    restore(&store).await.expect("restored");
    assert_eq!(store.setting(Setting::Closed).await.expect("read").as_deref(), Some("moved"));
}
