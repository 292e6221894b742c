//! Two stores on one file, as two processes have it.

use kakaopay_store::{DeadlineChange, OutboxMessage, Seq, Store, StoreErrorKind};

use crate::support::{at, delivery, lease, open, place, reference, step};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f40_of_two_stores_one_wins_each_place() {
    let (_dir, path) = place();
    let stores = [open(&path), open(&path)];
    let mut writers = Vec::new();
    for store in &stores {
        let store = store.clone();
        writers.push(tokio::spawn(async move {
            let (mut seq, mut won) = (0, 0_u64);
            while seq < 30 {
                match store.commit(step("a", seq, *b"x")).await {
                    Ok(last) => {
                        won += 1;
                        seq = last.get();
                    }
                    Err(error) => match error.kind() {
                        StoreErrorKind::Conflict { found, .. } => seq = found.get(),
                        kind => panic!("{kind:?}"),
                    },
                }
            }
            won
        }));
    }
    let mut won = 0;
    for writer in writers {
        won += writer.await.unwrap();
    }
    assert_eq!(won, 30);
    for store in &stores {
        assert_eq!(store.read_journal(&reference("a")).await.unwrap().len(), 30);
        store.integrity_check().await.unwrap();
    }
}

#[tokio::test]
async fn f40_what_one_store_claims_the_other_does_not_see() {
    let (_dir, path) = place();
    let (one, other) = (open(&path), open(&path));
    let mut work = step("a", 0, *b"x");
    work.deadline = DeadlineChange::Set(at(1));
    work.messages = vec![OutboxMessage::new("a/1", *b"")];
    one.commit(work).await.unwrap();
    one.insert_event(delivery("1", *b"x")).await.unwrap();

    assert_eq!(one.claim_due(lease(2, 10)).await.unwrap().len(), 1);
    assert_eq!(one.claim_events(lease(2, 10)).await.unwrap().len(), 1);
    let zombie = one.claim_messages(lease(2, 10)).await.unwrap().remove(0);
    assert!(other.claim_due(lease(9, 20)).await.unwrap().is_empty());
    assert!(other.claim_events(lease(9, 20)).await.unwrap().is_empty());
    assert!(other.claim_messages(lease(9, 20)).await.unwrap().is_empty());

    // The first was given up; the second takes over, and the first comes back.
    assert_eq!(other.claim_due(lease(10, 20)).await.unwrap().len(), 1);
    let heir = other.claim_messages(lease(10, 20)).await.unwrap().remove(0);
    let refused = one.complete_message("a/1", zombie.claim).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::StaleClaim);
    other.commit(step("a", 1, *b"heir")).await.unwrap();
    assert!(one.commit(step("a", 1, *b"zombie")).await.unwrap_err().is_conflict());
    other.complete_message("a/1", heir.claim).await.unwrap();
    let journal = one.read_journal(&reference("a")).await.unwrap();
    assert_eq!(journal.last().unwrap().seq, Seq::new(2));
    assert_eq!(&*journal[1].bytes, b"heir");
}
