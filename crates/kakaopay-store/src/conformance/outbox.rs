//! Messages: their keys, their order, their retries, and skipping one.

#![expect(clippy::missing_panics_doc, reason = "a case fails by panicking")]

use kakaopay_types::Timestamp;

use super::make::{alert, message, reference, seconds, step};
use super::subject::{Lease, Subject, TestClock, lease};
use crate::commit::{Commit, Seq};
use crate::error::StoreErrorKind;
use crate::outbox::{ClaimedMessage, OutboxMessage, Skip, SkipOutcome};
use crate::setting::Setting;
use crate::store::Store;
use crate::work::Held;

async fn store_messages<S: Store>(store: &S, payment: &str, expected: u64, messages: Vec<OutboxMessage>) {
    store.commit(Commit { messages, ..step(payment, expected, "x") }).await.expect("stored");
}

async fn claim<S: Store, C: TestClock>(subject: &Subject<S, C>, request: Lease) -> Vec<ClaimedMessage> {
    subject.claim_messages(request).await.expect("claimed")
}

fn keys(claimed: &[ClaimedMessage]) -> Vec<&str> {
    claimed.iter().map(|message| message.key.as_str()).collect()
}

async fn complete<S: Store>(store: &S, message: &ClaimedMessage) {
    store.complete_message(&message.key, message.claim).await.expect("completed");
}

/// A message whose key was stored before is not stored again, completed or not.
pub async fn i3_a_message_is_known_by_its_key_for_ever<S: Store, C: TestClock>(subject: Subject<S, C>) {
    store_messages(&subject.store, "a", 0, vec![message("a/1"), message("a/2")]).await;
    store_messages(&subject.store, "a", 1, vec![message("a/2"), message("a/3")]).await;
    for key in ["a/1", "a/2", "a/3"] {
        let claimed = claim(&subject, lease(1, 10)).await;
        assert_eq!(keys(&claimed), [key]);
        assert_eq!((&claimed[0].reference, &*claimed[0].body), (&reference("a"), key.as_bytes()));
        complete(&subject.store, &claimed[0]).await;
    }
    store_messages(&subject.store, "a", 2, vec![message("a/1")]).await;
    assert!(claim(&subject, lease(99, 100)).await.is_empty());
}

/// A process whose lease has ended cannot complete the message that another one has claimed.
pub async fn f40_a_zombie_cannot_complete<S: Store, C: TestClock>(subject: Subject<S, C>) {
    store_messages(&subject.store, "a", 0, vec![message("a/1")]).await;
    let zombie = claim(&subject, lease(1, 10)).await.remove(0);
    assert!(claim(&subject, lease(9, 20)).await.is_empty());
    let heir = claim(&subject, lease(10, 20)).await.remove(0);
    let error = subject.store.complete_message("a/1", zombie.claim).await.expect_err("a zombie");
    assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
    subject.store.complete_message("a/1", heir.claim).await.expect("the heir's");
    let error = subject.store.complete_message("a/2", heir.claim).await.expect_err("never claimed");
    assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
}

/// Of each payment only the first ordered message is claimable: until it is completed, and also while it is leased.
pub async fn f48_the_messages_of_a_payment_are_claimed_one_by_one<S: Store, C: TestClock>(
    subject: Subject<S, C>,
) {
    store_messages(&subject.store, "a", 0, vec![message("a/paid")]).await;
    store_messages(&subject.store, "b", 0, vec![message("b/failed")]).await;
    store_messages(&subject.store, "a", 1, vec![message("a/refund/1"), message("a/refund/2")]).await;
    let first = claim(&subject, lease(1, 10)).await;
    assert_eq!(keys(&first), ["a/paid", "b/failed"]);
    // Stored while the first one is claimed.
    store_messages(&subject.store, "a", 2, vec![message("a/refund/3")]).await;
    assert!(claim(&subject, lease(9, 20)).await.is_empty());
    // The lease ends: the first one comes back, and no other.
    let again = claim(&subject, lease(10, 20)).await;
    assert_eq!(keys(&again), ["a/paid", "b/failed"]);
    complete(&subject.store, &again[0]).await;
    for key in ["a/refund/1", "a/refund/2", "a/refund/3"] {
        let next = claim(&subject, lease(11, 20)).await;
        assert_eq!(keys(&next), [key]);
        assert!(claim(&subject, lease(11, 20)).await.is_empty());
        complete(&subject.store, &next[0]).await;
    }
    store_messages(&subject.store, "a", 3, vec![message("a/refund/4")]).await;
    assert_eq!(keys(&claim(&subject, lease(12, 20)).await), ["a/refund/4"]);
}

/// Messages never claimed come first, as they were stored; then the others, by the end of their lease or backoff.
pub async fn f48_new_messages_come_first_and_others_by_their_time<S: Store, C: TestClock>(
    subject: Subject<S, C>,
) {
    for name in ["a", "b", "c", "d"] {
        store_messages(&subject.store, name, 0, vec![message(name)]).await;
    }
    let one = |now, until| Lease { limit: 1, ..lease(now, until) };
    let late = claim(&subject, one(1, 30)).await.remove(0);
    let soon = claim(&subject, one(1, 30)).await.remove(0);
    subject.store.fail_message(&late.key, late.claim, seconds(19)).await.expect("failed");
    subject.store.fail_message(&soon.key, soon.claim, seconds(9)).await.expect("failed");
    let two = Lease { limit: 3, ..lease(40, 50) };
    assert_eq!(keys(&claim(&subject, two).await), ["c", "d", "b"]);
    assert_eq!(keys(&claim(&subject, lease(40, 50)).await), ["a"]);
}

/// An alert is claimable beside an ordered message that waits, fails or is claimed, and holds none up.
pub async fn f48_an_alert_waits_for_nothing<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let messages = vec![alert("a/alert/1"), message("a/paid"), alert("a/alert/2"), message("a/refund/1")];
    store_messages(&subject.store, "a", 0, messages).await;
    let claimed = claim(&subject, lease(1, 10)).await;
    assert_eq!(keys(&claimed), ["a/alert/1", "a/paid", "a/alert/2"]);
    complete(&subject.store, &claimed[1]).await;
    assert_eq!(keys(&claim(&subject, lease(1, 10)).await), ["a/refund/1"]);
    store_messages(&subject.store, "a", 1, vec![alert("a/alert/3")]).await;
    assert_eq!(keys(&claim(&subject, lease(2, 10)).await), ["a/alert/3"]);
    // The two alerts and the refund are still claimed.
    assert_eq!(subject.store.backlog().await.expect("read").outbox.count, 4);
}

/// The next wake-up is the one of the first message, not of those that wait for it.
pub async fn f48_a_waiting_message_is_not_due<S: Store, C: TestClock>(subject: Subject<S, C>) {
    store_messages(&subject.store, "a", 0, vec![message("a/paid"), message("a/refund/1")]).await;
    assert_eq!(subject.next().await, Some(0));
    let paid = claim(&subject, lease(1, 10)).await.remove(0);
    assert_eq!(subject.next().await, Some(9));
    store_messages(&subject.store, "a", 1, vec![message("a/refund/2")]).await;
    assert_eq!(subject.next().await, Some(9));
    subject.store.fail_message(&paid.key, paid.claim, seconds(39)).await.expect("failed");
    assert_eq!(subject.next().await, Some(39));
    let paid = claim(&subject, lease(40, 50)).await.remove(0);
    complete(&subject.store, &paid).await;
    assert_eq!(subject.next().await, Some(0));
    let refund = claim(&subject, lease(41, 70)).await.remove(0);
    assert_eq!((refund.key.as_str(), subject.next().await), ("a/refund/1", Some(29)));
}

/// A failed message is claimable after its time, and says how often it failed. Other payments do not wait.
pub async fn f50_a_failed_message_waits_and_delays_no_other_payment<S: Store, C: TestClock>(
    subject: Subject<S, C>,
) {
    store_messages(&subject.store, "a", 0, vec![message("a/paid"), message("a/refund/1")]).await;
    store_messages(&subject.store, "b", 0, vec![message("b/paid")]).await;
    for (failures, now) in [(0, 1), (1, 20), (2, 40)] {
        let claimed = claim(&subject, Lease { limit: 1, ..lease(now, now + 9) }).await.remove(0);
        assert_eq!((claimed.key.as_str(), claimed.failures), ("a/paid", failures));
        subject.store.fail_message("a/paid", claimed.claim, seconds(19)).await.expect("failed");
        let others = claim(&subject, lease(now + 18, now + 19)).await;
        assert_eq!(keys(&others), if failures < 2 { vec!["b/paid"] } else { vec![] });
        for other in others {
            assert_eq!(other.failures, 0);
            // Its first lease ended, which is no failure.
            if failures == 1 {
                complete(&subject.store, &other).await;
            }
        }
    }
    let claimed = claim(&subject, lease(59, 70)).await;
    assert_eq!((keys(&claimed), claimed[0].failures), (vec!["a/paid"], 3));
    complete(&subject.store, &claimed[0]).await;
    let next = claim(&subject, lease(60, 70)).await;
    assert_eq!((keys(&next), next[0].failures), (vec!["a/refund/1"], 0));
}

/// A failure is counted once, under the valid claim, and ends it: after that, the claim completes nothing.
pub async fn f50_only_a_valid_claim_can_fail<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let stale = async |key: &str, claim| {
        let error = subject.store.fail_message(key, claim, seconds(1)).await.expect_err("a stale claim");
        assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
    };
    store_messages(&subject.store, "a", 0, vec![message("a/1")]).await;
    stale("a/1", crate::ClaimToken::new(0)).await;
    let zombie = claim(&subject, lease(1, 10)).await.remove(0);
    let heir = claim(&subject, lease(10, 20)).await.remove(0);
    stale("a/1", zombie.claim).await;
    stale("a/2", heir.claim).await;
    subject.store.fail_message("a/1", heir.claim, seconds(5)).await.expect("failed");
    stale("a/1", heir.claim).await;
    let error = subject.store.complete_message("a/1", heir.claim).await.expect_err("ended");
    assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
    assert!(claim(&subject, lease(14, 20)).await.is_empty());
    let last = claim(&subject, lease(15, 20)).await.remove(0);
    assert_eq!(last.failures, 1);
    complete(&subject.store, &last).await;
    stale("a/1", last.claim).await;
    assert!(claim(&subject, lease(99, 100)).await.is_empty());
}

/// Whether a message waits, is claimed or is first: skipped, it leaves the queue, and the next one is claimable.
pub async fn f50_a_skipped_message_lets_the_next_one_through<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let skip = async |key: &str| {
        let skip = Skip::new("Mina", "shipped by hand");
        assert_eq!(subject.store.skip_message(key, skip).await.expect("skipped"), SkipOutcome::Skipped);
    };
    let messages = ["a/1", "a/2", "a/3", "a/4", "a/5"].map(message).to_vec();
    store_messages(&subject.store, "a", 0, messages).await;
    skip("a/2").await;
    let first = claim(&subject, lease(1, 10)).await;
    assert_eq!(keys(&first), ["a/1"]);
    // The lease of an earlier one does not end.
    skip("a/4").await;
    assert!(claim(&subject, lease(2, 20)).await.is_empty());
    assert_eq!(subject.next().await, Some(8));
    skip("a/1").await;
    // Its delivery goes on, and can neither be completed nor fail.
    for error in [
        subject.store.complete_message("a/1", first[0].claim).await.expect_err("skipped"),
        subject.store.fail_message("a/1", first[0].claim, seconds(1)).await.expect_err("skipped"),
    ] {
        assert_eq!(error.kind(), StoreErrorKind::StaleClaim);
    }
    let next = claim(&subject, lease(2, 10)).await;
    assert_eq!(keys(&next), ["a/3"]);
    subject.store.fail_message("a/3", next[0].claim, seconds(88)).await.expect("failed");
    skip("a/3").await;
    assert_eq!(keys(&claim(&subject, lease(3, 10)).await), ["a/5"]);
    assert_eq!(subject.store.backlog().await.expect("read").outbox.count, 1);
    assert_eq!(subject.next().await, Some(7));
}

/// The first decision is kept with the message, which is never delivered, also if its key is stored again.
pub async fn f50_what_is_skipped_stays_skipped<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let skip = async |key: &str, who: &str| {
        subject.store.skip_message(key, Skip::new(who, "shipped by hand")).await.expect("skipped")
    };
    assert_eq!(skip("a/1", "Mina").await, SkipOutcome::NotFound);
    store_messages(&subject.store, "a", 0, vec![message("a/1"), alert("a/2"), message("a/3")]).await;
    subject.at(5).await;
    assert_eq!(skip("a/1", "Mina").await, SkipOutcome::Skipped);
    assert_eq!(skip("a/2", "김민아").await, SkipOutcome::Skipped);
    let at = Timestamp::UNIX_EPOCH.saturating_add_seconds(5);
    let kept = |who: &str| SkipOutcome::AlreadySkipped { skip: Skip::new(who, "shipped by hand"), at };
    subject.at(7).await;
    assert_eq!((skip("a/1", "Jun").await, skip("a/2", "Jun").await), (kept("Mina"), kept("김민아")));
    store_messages(&subject.store, "a", 1, vec![message("a/1"), alert("a/2")]).await;
    let last = claim(&subject, lease(99, 200)).await;
    assert_eq!(keys(&last), ["a/3"]);
    complete(&subject.store, &last[0]).await;
    assert_eq!(skip("a/3", "Mina").await, SkipOutcome::AlreadyCompleted);
    complete(&subject.store, &last[0]).await;
    assert_eq!(subject.store.load(&reference("a")).await.expect("read").entries.len(), 2);
    assert_eq!(
        subject.store.commit(Commit::new(reference("a"), Seq::new(2))).await.expect("stored"),
        Seq::new(2)
    );
    assert_eq!(subject.store.backlog().await.expect("read").outbox.count, 0);
}

/// A commit claims its alerts and its first ordered message, as a claim right after it would.
pub async fn f48_a_commit_claims_what_waits_for_no_other<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let store = subject.at(0).await;
    let messages = vec![message("a/1"), alert("a/alert"), message("a/2")];
    let step_a = Commit { messages, ..step("a", 0, "x") };
    let committed = store.commit_and_claim(step_a, Some(seconds(10))).await.expect("stored");
    assert_eq!((committed.last, keys(&committed.claimed)), (Seq::new(1), vec!["a/1", "a/alert"]));
    let claimed = &committed.claimed;
    assert!(
        claimed.iter().all(|found| found.reference == reference("a") && *found.body == *found.key.as_bytes())
    );
    assert!(claimed.iter().all(|found| found.failures == 0 && !found.damaged));
    assert_eq!(subject.claim_messages(lease(9, 20)).await.expect("claimed"), []);
    // Its lease is renewed and ends like any other.
    let held = Held::Message("a/1".into(), claimed[0].claim);
    subject.renew(&[held], lease(9, 30)).await;
    assert_eq!(keys(&subject.claim_messages(lease(10, 20)).await.expect("claimed")), ["a/alert"]);
    let stale = store.complete_message("a/alert", claimed[1].claim).await.expect_err("another claim");
    assert_eq!(stale.kind(), StoreErrorKind::StaleClaim);
    store.complete_message("a/1", claimed[0].claim).await.expect("its claim");
    assert_eq!(keys(&subject.claim_messages(lease(11, 20)).await.expect("claimed")), ["a/2"]);
    // One that failed under the claim of its commit comes again.
    let step_b = step("b", 0, "x").messages(vec![message("b/1")]);
    let committed = store.commit_and_claim(step_b, Some(seconds(10))).await.expect("stored");
    store.fail_message("b/1", committed.claimed[0].claim, seconds(5)).await.expect("its claim");
    let again = subject.claim_messages(lease(16, 20)).await.expect("claimed");
    assert_eq!((keys(&again), again[0].failures), (vec!["b/1"], 1));
}

/// A commit claims no message behind an earlier one of its payment, none that was stored before, none of a closed store,
/// none of a conflict, and none without an entry or a lease.
pub async fn f48_a_commit_claims_nothing_behind_another<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let store = subject.at(0).await;
    let commit = async |commit: Commit, lease| {
        store.commit_and_claim(commit, lease).await.map(|committed| committed.claimed.len())
    };
    let with = |expected, key: &str| step("a", expected, "x").messages(vec![message(key)]);
    let term = Some(seconds(10));
    assert_eq!(commit(with(0, "a/1"), None).await.expect("stored"), 0);
    assert_eq!(commit(with(1, "a/2"), term).await.expect("stored"), 0, "behind one that waits");
    let first = subject.claim_messages(lease(1, 100)).await.expect("claimed").remove(0);
    assert_eq!(commit(with(2, "a/3"), term).await.expect("stored"), 0, "behind one in delivery");
    store.complete_message("a/1", first.claim).await.expect("completed");
    assert_eq!(commit(with(3, "a/4"), term).await.expect("stored"), 0, "behind two");
    for _ in 2..=4 {
        let next = subject.claim_messages(lease(2, 100)).await.expect("claimed").remove(0);
        store.complete_message(&next.key, next.claim).await.expect("completed");
    }
    assert_eq!(commit(with(4, "a/4"), term).await.expect("stored"), 0, "stored before");
    let bare = Commit::new(reference("a"), Seq::new(5)).messages(vec![alert("a/alert")]);
    assert_eq!(commit(bare, term).await.expect("stored"), 0, "without an entry");
    commit(with(4, "a/5"), term).await.expect_err("a conflict");
    let closed = async |from, to| store.change_setting(Setting::Closed, from, to).await.expect("changed");
    assert!(closed(None, Some("moved")).await);
    assert_eq!(commit(with(5, "a/5"), term).await.expect("stored"), 0, "closed");
    assert!(closed(Some("moved"), None).await);
    let left = subject.claim_messages(lease(3, 100)).await.expect("claimed");
    assert_eq!(left.iter().map(|found| &*found.key).collect::<Vec<_>>(), ["a/alert", "a/5"]);
    store.complete_message("a/5", left[1].claim).await.expect("completed");
    assert_eq!(commit(with(6, "a/6"), term).await.expect("stored"), 1);
}

/// Messages are completed together, except for those whose claim has ended, and together again with the same result.
pub async fn f48_messages_are_completed_together<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let store = subject.at(0).await;
    assert!(store.complete_messages(&[]).await.expect("none").is_empty());
    for name in ["a", "b", "c"] {
        let messages = vec![message(&format!("{name}/1")), message(&format!("{name}/2"))];
        store_messages(store, name, 0, messages).await;
    }
    let old = claim(&subject, lease(1, 10)).await;
    let again = claim(&subject, Lease { limit: 1, ..lease(10, 100) }).await;
    assert_eq!((keys(&old), keys(&again)), (vec!["a/1", "b/1", "c/1"], vec!["a/1"]));
    let asked: Vec<_> = old.iter().map(|message| (message.key.clone(), message.claim)).collect();
    let asked = [asked, vec![("d/1".to_owned(), old[0].claim)]].concat();
    for _ in 0..2 {
        let mut stale = store.complete_messages(&asked).await.expect("answered");
        stale.sort();
        assert_eq!(stale, ["a/1", "d/1"]);
    }
    assert_eq!(keys(&claim(&subject, lease(11, 100)).await), ["b/2", "c/2"]);
    complete(store, &again[0]).await;
    assert_eq!(keys(&claim(&subject, lease(11, 100)).await), ["a/2"]);
}
