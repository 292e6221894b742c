//! Refunds that name the payment's store or another, and that the payment does not know.

use kakaopay_flows::{LateRefund, PaymentEvent, RefundState};
use kakaopay_pure_tests::order::at;
use serde_json::json;

use super::refunds::{made, order, paid, posts, state, unknown, wait, whole};

/// Two stores may have the same refund reference: the other's refund neither completes ours nor is lost.
#[test]
fn f52_i1_a_refund_of_another_store_is_another_refund() {
    let mut driven = unknown(1_000);
    let mut theirs = made("rfnd_test_theirs", Some("r1"), 500, "closed");
    theirs["metadata"]["kakaopay_store"] = json!("theirs");
    assert_eq!(wait(&mut driven, at(1_000), &[theirs]), 1);
    assert_eq!(*state(&driven, "r1"), RefundState::Searching);
    let elsewhere = |event: &&PaymentEvent| matches!(event, PaymentEvent::RefundedElsewhere { refund, .. } if refund.as_str() == "rfnd_test_theirs");
    assert_eq!(driven.events.iter().filter(elsewhere).count(), 1);
}

/// The payment is older than its refund, because a copy was restored: the refund is notified under its own key again,
/// counts once, and is not requested again.
#[test]
fn f51_i5_a_refund_that_was_lost_is_taken_in() {
    let mut driven = paid(&[]);
    let requests = driven.refund(&order("r2", 2_000, LateRefund::Reject), at(10)).expect("a refund");
    let lost = made("rfnd_test_lost", Some("r1"), 1_000, "closed");
    let requests = driven.handle(whole(&requests, std::slice::from_ref(&lost)), at(10));
    assert_eq!((posts(&requests), driven.payment.refunds().len()), (1, 2));
    assert!(matches!(state(&driven, "r1"), RefundState::Completed { .. }));
    let keys: Vec<_> = driven.events.iter().map(PaymentEvent::key).collect();
    assert_eq!(keys.last().map(String::as_str), Some("order-345678/refund/r1"));
    let again = driven.refund(&order("r1", 1_000, LateRefund::Reject), at(20)).expect("the same refund");
    assert_eq!((posts(&again), driven.events.len()), (0, keys.len()));
}
