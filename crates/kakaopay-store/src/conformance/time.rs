//! Time: judged by the store's one clock, which may be set.

#![expect(clippy::missing_panics_doc, reason = "a case fails by panicking")]

use std::time::Duration;

use kakaopay_types::Timestamp;

use super::make::{delivery, event, message, reference, seconds, step};
use super::subject::{Lease, Subject, TestClock, lease};
use crate::commit::{Commit, DeadlineChange, Seq};
use crate::outbox::ClaimedMessage;
use crate::store::Store;
use crate::work::{ClaimRequest, Held};

const HOURS: i64 = 3_600;
const YEAR: i64 = 365 * 86_400;

/// Stores a payment with a deadline, a message and an event, and claims a job, all of it now.
async fn fill<S: Store>(store: &S, name: &str, term: Duration) {
    let commit =
        Commit { deadline: DeadlineChange::In(term), messages: vec![message(name)], ..step(name, 0, "x") };
    store.commit(commit).await.expect("stored");
    store.insert_event(delivery(name, "x")).await.expect("stored");
    assert!(store.claim_job(name, ClaimRequest::new(term, 1)).await.expect("claimed"));
}

/// The names of due payments, events and messages, and whether the job of this name is due.
async fn claim_all<S: Store, C: TestClock>(subject: &Subject<S, C>, now: i64, job: &str) -> (usize, bool) {
    let lease = lease(now, now + 600);
    let due = subject.claim_due(lease).await.expect("claimed").len();
    let events = subject.claim_events(lease).await.expect("claimed").len();
    let messages = subject.claim_messages(lease).await.expect("claimed").len();
    (due + events + messages, subject.claim_job(job, lease).await.expect("claimed"))
}

/// The store says what its clock shows, also with a payment.
pub async fn f53_the_clock_can_be_read<S: Store, C: TestClock>(subject: Subject<S, C>) {
    subject.store.commit(step("a", 0, "x")).await.expect("stored");
    for now in [0, 7, YEAR, 3] {
        let store = subject.at(now).await;
        let expected = Timestamp::UNIX_EPOCH.saturating_add_seconds(now);
        assert_eq!(store.now().await.expect("read"), expected);
        for name in ["a", "unknown"] {
            assert_eq!(store.load(&reference(name)).await.expect("read").now, expected, "{name}");
        }
    }
}

/// Everything that was set while the clock was ahead is due two minutes after the clock is right again: deadlines, failed
/// messages, and jobs, claimed and rescheduled.
pub async fn f53_what_was_set_ahead_is_due_after_two_minutes<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let mut now = 1_000;
    for (round, ahead) in [7 * HOURS, YEAR, 60, 2].into_iter().enumerate() {
        let name = format!("a{round}");
        subject.at(now + ahead).await;
        fill(&subject.store, &name, seconds(3_600)).await;
        subject.claim_events(lease(now + ahead, now + ahead + 3_600)).await.expect("claimed");
        let claimed = subject.claim_messages(lease(now + ahead, now + ahead + 3_600)).await.expect("claimed");
        if round % 2 == 0 {
            let ClaimedMessage { key, claim, .. } = &claimed[0];
            subject.store.fail_message(key, *claim, seconds(3_600)).await.expect("failed");
            subject.store.reschedule_job(&name, seconds(3_600)).await.expect("rescheduled");
        }
        assert_eq!(claim_all(&subject, now, &name).await, (0, false), "{ahead}");
        assert_eq!(subject.next().await, Some(120), "{ahead}");
        assert_eq!(claim_all(&subject, now + 119, &name).await, (0, false), "{ahead}");
        // A claimed event or message waits for the end of its lease.
        let due = if round % 2 == 0 { 2 } else { 1 };
        assert_eq!(claim_all(&subject, now + 120, &name).await, (due, true), "{ahead}");
        finish(&subject, now + 3_600, &name).await;
        now += 10_000;
    }
}

/// Completes everything of a payment.
async fn finish<S: Store, C: TestClock>(subject: &Subject<S, C>, now: i64, name: &str) {
    for ClaimedMessage { key, claim, .. } in
        subject.claim_messages(lease(now, now + 9)).await.expect("claimed")
    {
        subject.store.complete_message(&key, claim).await.expect("completed");
    }
    subject.store.complete_event(&event(name)).await.expect("completed");
    let clear = Commit { deadline: DeadlineChange::Clear, ..Commit::new(reference(name), Seq::new(1)) };
    subject.store.commit(clear).await.expect("stored");
}

/// A correction leaves a lease its own length: its process is still at work, and would overlap with the next one; and if
/// it has died, the next one does not wait longer.
pub async fn f53_f40_a_correction_shortens_no_lease<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let mut now = 1_000;
    for length in [10, 120, 660, 3_600] {
        let name = format!("a{length}");
        subject.at(now + YEAR).await;
        fill(&subject.store, &name, seconds(0)).await;
        let held = subject.claim_held(lease(now + YEAR, now + YEAR + length)).await;
        assert_eq!(held.len(), 3, "{length}");
        subject.at(now).await;
        subject.next().await;
        assert_eq!(subject.claim_held(lease(now + length - 1, now + 9_000)).await, []);
        // Its claims are valid all the while.
        let again = subject.claim_held(lease(now + length, now + 9_000)).await;
        assert_eq!(again.len(), 3, "{length}");
        let [Held::Message(key, zombie), Held::Message(_, heir)] = [&held[2], &again[2]] else {
            panic!("messages")
        };
        assert!(subject.store.complete_message(key, *zombie).await.is_err(), "{length}");
        subject.store.complete_message(key, *heir).await.expect("completed");
        finish(&subject, now + length, &name).await;
        now += 10_000;
    }
}

/// A clock that is set back and stays there parks nothing, however long the terms were.
pub async fn f53_nothing_sleeps_after_the_clock_was_set_back<S: Store, C: TestClock>(subject: Subject<S, C>) {
    subject.at(YEAR).await;
    fill(&subject.store, "a", seconds(60)).await;
    subject.store.reschedule_job("a", seconds(60)).await.expect("rescheduled");
    // Events and messages were never claimed: they are due at once, or after two minutes.
    assert_eq!(subject.claim_due(lease(YEAR - 7 * HOURS, YEAR)).await.expect("claimed"), []);
    let (claimed, job) = claim_all(&subject, YEAR - 7 * HOURS + 120, "a").await;
    assert_eq!((claimed, job), (3, true));
}

/// A term that fits is kept: a row that is due before the two minutes are over stays due then, and so does one that is
/// due already.
pub async fn f53_a_correction_delays_nothing<S: Store, C: TestClock>(subject: Subject<S, C>) {
    subject.at(100).await;
    fill(&subject.store, "a", seconds(30)).await;
    // By 50 s: due at 130.
    subject.at(50).await;
    assert_eq!(subject.next().await, Some(0));
    assert_eq!(subject.claim_due(lease(129, 600)).await.expect("claimed"), []);
    assert_eq!(subject.claim_due(lease(130, 600)).await.expect("claimed"), [reference("a")]);
}

/// Moves of up to a second are no correction: clocks that are kept right make them.
pub async fn f53_a_clock_may_waver<S: Store, C: TestClock>(subject: Subject<S, C>) {
    subject.at(100).await;
    let deadline = DeadlineChange::In(seconds(3_600));
    subject.store.commit(Commit { deadline, ..step("a", 0, "x") }).await.expect("stored");
    subject.at(99).await;
    assert_eq!(subject.next().await, Some(3_601));
    assert_eq!(subject.claim_due(lease(3_699, 4_000)).await.expect("claimed"), []);
    assert_eq!(subject.claim_due(lease(3_700, 4_000)).await.expect("claimed").len(), 1);
}

/// Rows that were set ahead are counted until they are corrected, which counting them does.
pub async fn f53_the_backlog_counts_what_was_set_ahead<S: Store, C: TestClock>(subject: Subject<S, C>) {
    subject.at(YEAR).await;
    fill(&subject.store, "a", seconds(60)).await;
    fill(&subject.store, "b", seconds(60)).await;
    let store = subject.at(10).await;
    let backlog = store.backlog().await.expect("read");
    assert_eq!(
        (backlog.ahead, backlog.outbox.age, backlog.deadlines.age),
        (8, Some(Duration::ZERO), Some(Duration::ZERO))
    );
    assert_eq!(store.backlog().await.expect("read").ahead, 0);
    // Their age counts from the correction.
    let backlog = subject.at(400).await.backlog().await.expect("read");
    assert_eq!((backlog.inbox.age, backlog.outbox.age), (Some(seconds(390)), Some(seconds(390))));
    assert_eq!(backlog.deadlines.age, Some(seconds(400 - 130)));
}

/// Of rows set at different times only those of the future are corrected; the order of messages stays.
pub async fn f53_a_correction_keeps_what_is_right<S: Store, C: TestClock>(subject: Subject<S, C>) {
    let long = DeadlineChange::In(seconds(10_000));
    subject.at(100).await;
    let messages = vec![message("a/1"), message("a/2")];
    subject.store.commit(Commit { deadline: long, messages, ..step("a", 0, "x") }).await.expect("stored");
    let held = subject.claim_messages(Lease { limit: 1, ..lease(100, 9_000) }).await.expect("claimed");
    subject.at(YEAR).await;
    let messages = vec![message("b/1"), message("b/2")];
    subject.store.commit(Commit { deadline: long, messages, ..step("b", 0, "x") }).await.expect("stored");
    assert_eq!(subject.claim_due(lease(200, 300)).await.expect("claimed"), []);
    assert_eq!(subject.claim_due(lease(320, 9_000)).await.expect("claimed"), [reference("b")]);
    let keys = async |now, until| {
        let claimed = subject.claim_messages(lease(now, until)).await.expect("claimed");
        claimed.into_iter().map(|message| (message.key, message.claim)).collect::<Vec<_>>()
    };
    let of_b = keys(330, 9_000).await;
    assert_eq!(of_b.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["b/1"]);
    subject.store.complete_message("a/1", held[0].claim).await.expect("completed");
    assert_eq!(keys(340, 9_000).await[0].0, "a/2");
    subject.store.complete_message("b/1", of_b[0].1).await.expect("completed");
    assert_eq!(keys(350, 9_000).await[0].0, "b/2");
}

/// No term is too long for a store.
pub async fn f53_terms_have_no_end<S: Store, C: TestClock>(subject: Subject<S, C>) {
    fill(&subject.store, "a", Duration::MAX).await;
    let claimed = subject.store.claim_messages(ClaimRequest::new(Duration::MAX, 9)).await.expect("claimed");
    subject.store.fail_message(&claimed[0].key, claimed[0].claim, Duration::MAX).await.expect("failed");
    subject.store.reschedule_job("a", Duration::MAX).await.expect("rescheduled");
    subject.store.claim_events(ClaimRequest::new(Duration::MAX, 9)).await.expect("claimed");
    assert_eq!(claim_all(&subject, 50 * YEAR, "a").await, (0, false));
}
