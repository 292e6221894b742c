//! A person acknowledges alerts, and resumes what has stopped.

use std::num::NonZeroU32;

use kakaopay_flows::{
    Alert, Input, LateRefund, PaymentEvent, RefundState, Request, RequestFailure, Response, Stage, State,
};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order};
use kakaopay_types::{Charge, Reference};
use serde_json::json;

use super::edited_metadata::page;
use super::refunds::{made, order, paid, whole};

fn is_blocked(driven: &Driven) -> bool {
    matches!(driven.state(), State::Creating(creating) if creating.stage == Stage::Blocked)
}

/// A payment that a charge of one cent has stopped.
fn blocked() -> (Driven, Charge) {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let wrong = Order::one_call().charge(1, &[("amount", json!(1))]);
    let created = Response::Charge { attempt: NonZeroU32::MIN, result: Ok(Box::new(wrong.clone())) };
    driven.handle(Input::Response(created), at(1));
    assert!(is_blocked(&driven));
    (driven, wrong)
}

fn key(driven: &Driven) -> String {
    driven.payment.alerts().first().expect("an alert").key()
}

#[test]
fn i8_a_charge_that_was_set_aside_stops_nothing() {
    let (mut driven, wrong) = blocked();
    let key = key(&driven);
    assert!(!driven.acknowledge("mismatch/other", at(2)));
    assert!(driven.acknowledge(&key, at(2)));
    assert!(driven.payment.alerts().is_empty() && is_blocked(&driven));
    // Once is enough, and the first word is kept.
    assert!(driven.acknowledge(&key, at(3)));
    let acknowledged = driven.payment.acknowledged();
    assert_eq!((acknowledged.len(), acknowledged[0].at), (1, at(2)));
    // It goes on: two lists without another charge, and a new attempt.
    let requests = driven.handle(Input::Resume, at(10));
    driven.handle(page(&requests, std::slice::from_ref(&wrong)), at(10));
    assert!(!is_blocked(&driven));
    let requests = driven.handle(Input::Timeout, at(200));
    let requests = driven.handle(page(&requests, std::slice::from_ref(&wrong)), at(200));
    assert!(matches!(requests[..], [Request::CreateCharge(_)]), "{requests:?}");
    // The same finding is no news.
    assert!(driven.payment.alerts().is_empty());
}

/// Without it, the same list stops it again, and the alert says so again.
#[test]
fn i4_resume_alone_does_not_pass_a_charge_that_differs() {
    let (mut driven, wrong) = blocked();
    let requests = driven.handle(Input::Resume, at(10));
    driven.handle(page(&requests, &[wrong]), at(10));
    assert!(is_blocked(&driven) && driven.payment.alerts().len() == 1);
}

/// I1, I5: the refund that was made counts, and what is left is requested only after `Resume`.
#[test]
fn i1_i5_a_refund_that_was_set_aside_counts_as_made_elsewhere() {
    for (amount, goes_on) in [(900, true), (149_500, false)] {
        let mut driven = paid(&[]);
        let requests = driven.refund(&order("r1", 1_000, LateRefund::Reject), at(10)).expect("a refund");
        driven.handle(whole(&requests, &[]), at(10));
        let other = made("rfnd_test_a", Some("r1"), amount, "closed");
        let unknown = Err(RequestFailure::OutcomeUnknown);
        let name = Reference::parse("r1").expect("a reference");
        let lost = Response::Refund { reference: name.clone(), number: 1, result: unknown };
        let requests = driven.handle(Input::Response(lost), at(11));
        driven.handle(whole(&requests, std::slice::from_ref(&other)), at(11));
        assert_eq!(*driven.payment.refunds()[&name].state(), RefundState::Blocked);
        let key = key(&driven);
        assert!(key.starts_with("refund_mismatch/"), "{key}");
        assert!(driven.acknowledge(&key, at(20)));
        let requests = driven.handle(Input::Resume, at(30));
        driven.handle(whole(&requests, std::slice::from_ref(&other)), at(30));
        let elsewhere = |event: &&PaymentEvent| matches!(event, PaymentEvent::RefundedElsewhere { .. });
        assert_eq!(driven.events.iter().filter(elsewhere).count(), 1);
        let requests = driven.handle(Input::Timeout, at(700));
        let requests = driven.handle(whole(&requests, std::slice::from_ref(&other)), at(700));
        let posts = requests.iter().any(|request| matches!(request, Request::CreateRefund { .. }));
        assert_eq!(posts, goes_on, "{amount}");
        let cancelled = matches!(driven.payment.refunds()[&name].state(), RefundState::Cancelled { .. });
        assert_eq!(cancelled, !goes_on, "{amount}");
    }
}

/// A condition that comes again after `Resume` is news.
#[test]
fn i8_a_condition_that_comes_again_raises_its_alert_again() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let not_sent = || {
        let result = Err(RequestFailure::NotSent);
        Input::Response(Response::Charge { attempt: NonZeroU32::MIN, result })
    };
    driven.handle(not_sent(), at(1));
    driven.handle(Input::Timeout, at(1_000));
    assert_eq!(driven.payment.alerts().first(), Some(&Alert::Overdue));
    assert!(driven.acknowledge("overdue", at(1_001)));
    driven.handle(not_sent(), at(1_002));
    driven.handle(Input::Timeout, at(5_000));
    assert!(driven.payment.alerts().is_empty());
    driven.handle(not_sent(), at(5_001));
    driven.handle(Input::Resume, at(5_002));
    driven.handle(not_sent(), at(5_003));
    driven.handle(Input::Timeout, at(9_000));
    assert_eq!(driven.payment.alerts().first(), Some(&Alert::Overdue));
}
