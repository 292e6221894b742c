//! Leases: renewed while a process works, given back, and lost to another process.

#![expect(clippy::missing_panics_doc, reason = "a case fails by panicking")]

use super::make::{alert, delivery, event, message, reference, seconds, step};
use super::subject::{Lease, Subject, TestClock, lease};
use crate::commit::{Commit, DeadlineChange, Seq};
use crate::setting::Setting;
use crate::store::Store;
use crate::work::{Held, InsertOutcome};

/// Stores a payment that is due, two messages of it with an alert, and an event.
async fn fill<S: Store>(store: &S, name: &str) {
    let messages =
        vec![message(&format!("{name}/1")), message(&format!("{name}/2")), alert(&format!("{name}/alert"))];
    let commit = Commit { deadline: DeadlineChange::In(seconds(0)), messages, ..step(name, 0, "x") };
    store.commit(commit).await.expect("stored");
    store.insert_event(delivery(name, "x")).await.expect("stored");
}

fn names(held: &[Held]) -> Vec<&str> {
    held.iter().map(name).collect()
}

fn name(held: &Held) -> &str {
    match held {
        Held::Payment(reference, _) => reference.as_str(),
        Held::Event(event, _) => event.as_str(),
        Held::Message(key, _) => key.as_str(),
    }
}

const ALL: [&str; 4] = ["a", "evnt_test_a", "a/1", "a/alert"];

/// Everything that was renewed stays claimed until the end of the renewed lease, and its claims stay valid.
pub async fn f68_a_renewed_lease_ends_later<S: Store, C: TestClock>(subject: Subject<S, C>) {
    fill(&subject.store, "a").await;
    let held = subject.claim_held(lease(1, 11)).await;
    assert_eq!(names(&held), ALL);
    for now in [6, 11, 16] {
        // At 11 the lease has ended, and no other process was there.
        subject.renew(&held, lease(now, now + 10)).await;
        assert_eq!(subject.next().await, Some(10));
        assert_eq!(names(&subject.claim_held(lease(now + 9, now + 90)).await), [""; 0]);
    }
    // One row alone.
    subject.renew(&held[1..2], lease(25, 40)).await;
    let claimed = subject.claim_held(lease(26, 30)).await;
    assert_eq!(names(&claimed), ["a", "a/1", "a/alert"]);
    let Held::Message(key, claim) = &claimed[1] else { panic!("a message") };
    subject.renew(&claimed, lease(29, 60)).await;
    subject.at(50).await.complete_message(key, *claim).await.expect("still its own");
    assert_eq!(names(&subject.claim_held(lease(50, 60)).await), ["evnt_test_a", "a/2"]);
}

/// What is given back can be claimed at once, in the same order, and its earlier claim is stale then.
pub async fn f68_a_row_is_given_back_by_a_lease_of_zero<S: Store, C: TestClock>(subject: Subject<S, C>) {
    fill(&subject.store, "a").await;
    let held = subject.claim_held(lease(1, 100)).await;
    subject.renew(&held, lease(5, 5)).await;
    assert_eq!(subject.next().await, Some(0));
    let again = subject.claim_held(lease(5, 100)).await;
    assert_eq!(names(&again), ALL);
    let Held::Message(key, claim) = &held[2] else { panic!("a message") };
    subject.store.complete_message(key, *claim).await.expect_err("given back");
    // Given back for later.
    subject.renew(&again, lease(10, 12)).await;
    assert_eq!(names(&subject.claim_held(lease(11, 100)).await), [""; 0]);
    assert_eq!(names(&subject.claim_held(lease(12, 100)).await), ALL);
}

/// A deadline that a commit has set is not moved, a retry is not either, and what is done does not come back.
pub async fn f68_a_renewal_leaves_alone_what_has_moved_on<S: Store, C: TestClock>(subject: Subject<S, C>) {
    fill(&subject.store, "a").await;
    fill(&subject.store, "b").await;
    let held = subject.claim_held(lease(1, 11)).await;
    assert_eq!(names(&held)[..2], ["a", "b"]);
    let deadline =
        |name, expected, deadline| Commit { deadline, ..Commit::new(reference(name), Seq::new(expected)) };
    // An entry without a deadline leaves the payment claimed.
    subject.store.commit(step("a", 1, "y")).await.expect("stored");
    subject.renew(&held, lease(5, 20)).await;
    assert_eq!(subject.claim_due(lease(19, 90)).await.expect("claimed"), []);
    subject.at(19).await;
    subject.store.commit(deadline("a", 2, DeadlineChange::In(seconds(11)))).await.expect("stored");
    subject.store.commit(deadline("b", 1, DeadlineChange::Clear)).await.expect("stored");
    let mut messages = held.iter().filter_map(|held| match held {
        Held::Message(key, claim) => Some((key, *claim)),
        _ => None,
    });
    let (first, second) = (messages.next().expect("claimed"), messages.next().expect("claimed"));
    subject.store.fail_message(first.0, first.1, seconds(11)).await.expect("failed");
    subject.store.complete_message(second.0, second.1).await.expect("completed");
    subject.store.complete_event(&event("a")).await.expect("completed");
    subject.renew(&held, lease(19, 500)).await;
    let later = subject.claim_held(lease(30, 600)).await;
    let next: Vec<_> = names(&later).into_iter().filter(|name| *name != first.0).collect();
    assert_eq!(next.len() + 1, later.len(), "the failed one comes again");
    assert_eq!(next[0], "a", "due as its commit said");
    assert!(!next.contains(&"b") && !next.contains(&second.0.as_str()), "{next:?}");
    assert!(!next.contains(&"evnt_test_a") && !next.contains(&"evnt_test_b"), "{next:?}");
}

/// A process whose leases have ended neither keeps nor gives back what another one has claimed.
pub async fn f40_a_zombie_renews_nothing<S: Store, C: TestClock>(subject: Subject<S, C>) {
    fill(&subject.store, "a").await;
    let zombie = subject.claim_held(lease(1, 11)).await;
    let heir = subject.claim_held(lease(11, 21)).await;
    assert_eq!((names(&zombie), names(&heir)), (ALL.to_vec(), ALL.to_vec()));
    for until in [12, 500] {
        subject.renew(&zombie, lease(12, until)).await;
        assert_eq!(names(&subject.claim_held(Lease { limit: 9, ..lease(20, 30) }).await), [""; 0], "{until}");
    }
    subject.renew(&heir, lease(20, 40)).await;
    assert_eq!(names(&subject.claim_held(lease(39, 50)).await), [""; 0]);
    assert_eq!(names(&subject.claim_held(lease(40, 50)).await), ALL);
}

/// While a store is closed, nothing of it can be claimed and no webhook is stored, and loading a payment says so; its
/// leases go on.
pub async fn f51_a_closed_store_gives_no_work<S: Store, C: TestClock>(subject: Subject<S, C>) {
    fill(&subject.store, "a").await;
    let change = async |from, to| {
        assert!(subject.store.change_setting(Setting::Closed, from, to).await.expect("changed"));
        subject.store.load(&reference("a")).await.expect("read").closed
    };
    assert_eq!(change(None, Some("moved")).await.as_deref(), Some("moved"));
    assert_eq!(subject.store.load(&reference("b")).await.expect("read").closed.as_deref(), Some("moved"));
    assert_eq!(subject.claim_held(lease(1, 11)).await, []);
    assert!(!subject.claim_job("a", lease(1, 11)).await.expect("asked"));
    for name in ["a", "new"] {
        let outcome = subject.store.insert_event(delivery(name, "x")).await.expect("answered");
        assert_eq!(outcome, InsertOutcome::Closed { why: "moved".to_owned() });
    }
    assert_eq!(change(Some("moved"), None).await, None);
    let held = subject.claim_held(lease(1, 11)).await;
    assert_eq!(names(&held), ALL);
    change(None, Some("moved")).await;
    subject.renew(&held, lease(10, 20)).await;
    change(Some("moved"), None).await;
    assert_eq!(subject.claim_held(lease(19, 30)).await, []);
    assert!(subject.claim_job("a", lease(19, 30)).await.expect("asked"));
}
