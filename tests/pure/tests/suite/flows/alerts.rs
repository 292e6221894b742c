//! Alerts close by themselves once they have ceased to be true, and stay while they are.

use std::num::NonZeroU32;

use kakaopay_flows::{Alert, Input, LateRefund, RefundRequest, RequestFailure, Response, State};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{ApiError, Charge, ErrorCode, Reference};
use serde_json::json;

use super::refunds::{made, order, paid, whole};

/// Two weeks: the charge's life and more.
const WEEKS: i64 = 14 * 86_400;

fn refund() -> RefundRequest {
    order("r1", 1_000, LateRefund::Forward)
}

fn refund_name() -> Reference {
    Reference::parse("r1").expect("a reference")
}

fn rejected(code: ErrorCode) -> RequestFailure {
    RequestFailure::Rejected(ApiError::new(code, "no"))
}

fn created(result: Result<Charge, RequestFailure>) -> Input {
    let result = result.map(Box::new);
    Input::Response(Response::Charge { attempt: NonZeroU32::MIN, result })
}

fn read(result: Result<Charge, RequestFailure>) -> Input {
    let charge = Order::one_call().charge(1, &[]).id;
    Input::Response(Response::Read { charge, after_seq: 0, served_at: None, result: result.map(Box::new) })
}

fn ended(status: &str) -> Charge {
    Order::one_call().charge(1, &guide::ended(status))
}

fn open() -> Driven {
    Driven::open(Order::one_call().intent, start()).0
}

fn pending() -> Driven {
    let mut driven = open();
    driven.handle(created(Ok(Order::one_call().charge(1, &[]))), at(1));
    assert!(matches!(driven.state(), State::Pending(_)));
    driven
}

#[track_caller]
fn assert_raised(driven: &Driven, alert: &Alert) {
    assert_eq!(driven.payment.alerts().iter().collect::<Vec<_>>(), [alert]);
}

/// It is closed, and a journal tells the same. It was acknowledged in the second round.
#[track_caller]
fn assert_closed(driven: &Driven, alert: &Alert) {
    assert!(driven.payment.alerts().is_empty(), "{alert:?}: {:?}", driven.payment.alerts());
    assert!(driven.payment.acknowledged().is_empty(), "{alert:?}");
    let journal = driven.journal.iter().map(|(seq, bytes)| (*seq, &**bytes));
    let replayed = kakaopay_flows::Payment::replay(journal).expect("a journal").expect("a payment");
    assert!(replayed.alerts().is_empty() && replayed.acknowledged().is_empty(), "{alert:?}");
}

/// Each alert of a payment that waits, whether a person acknowledged it or not.
#[test]
fn i8_alerts_about_a_waiting_charge_close_by_themselves() {
    let key = || Alert::KeyRefused { code: "authentication_failure".to_owned() };
    for acknowledged in [false, true] {
        let seen = |driven: &mut Driven, alert: &Alert| {
            assert_raised(driven, alert);
            assert!(!acknowledged || driven.acknowledge(&alert.key(), at(WEEKS)));
        };
        // No request was accepted, and then one is.
        let mut driven = open();
        driven.handle(created(Err(RequestFailure::NotSent)), at(1));
        driven.handle(Input::Timeout, at(1_000));
        seen(&mut driven, &Alert::Overdue);
        driven.handle(created(Ok(Order::one_call().charge(1, &[]))), at(1_001));
        assert_closed(&driven, &Alert::Overdue);
        // The key is valid again, or it is while the charge is polled.
        let mut driven = open();
        driven.handle(created(Err(rejected(ErrorCode::AuthenticationFailure))), at(1));
        seen(&mut driven, &key());
        driven.handle(Input::Timeout, at(10));
        driven.handle(created(Ok(Order::one_call().charge(1, &[]))), at(11));
        assert_closed(&driven, &key());
        let mut driven = pending();
        driven.handle(read(Err(rejected(ErrorCode::AuthenticationFailure))), at(5));
        seen(&mut driven, &key());
        driven.handle(read(Ok(ended("failed"))), at(10));
        assert_closed(&driven, &key());
        // The charge is there after all.
        let missing = Alert::ChargeNotFound { charge: ended("failed").id };
        let mut driven = pending();
        driven.handle(read(Err(rejected(ErrorCode::NotFound))), at(5));
        seen(&mut driven, &missing);
        driven.handle(read(Ok(ended("successful"))), at(10));
        assert_closed(&driven, &missing);
        // The service has ended the charge at last.
        let mut driven = pending();
        driven.handle(Input::Timeout, at(WEEKS));
        seen(&mut driven, &Alert::Overdue);
        driven.handle(read(Ok(Order::one_call().charge(1, &[]))), at(WEEKS + 1));
        assert_eq!(driven.payment.alerts().is_empty(), acknowledged, "it is still true");
        driven.handle(read(Ok(ended("expired"))), at(WEEKS + 2));
        assert_closed(&driven, &Alert::Overdue);
    }
}

/// Each alert of a refund that waits.
#[test]
fn i8_alerts_about_a_refund_close_by_themselves() {
    for acknowledged in [false, true] {
        // Its order is late, and so is its end.
        let late = Alert::RefundLate { reference: refund_name() };
        let overdue = Alert::RefundOverdue { reference: refund_name() };
        let mut driven = paid(&[]);
        let requests = driven.refund(&refund(), at(WEEKS)).expect("a refund");
        driven.handle(whole(&requests, &[]), at(WEEKS));
        assert_raised(&driven, &late);
        driven.handle(Input::Timeout, at(WEEKS + 120));
        let requests = driven.handle(Input::Timeout, at(WEEKS + 4_000));
        assert!(driven.payment.alerts().contains(&overdue));
        for alert in [&late, &overdue] {
            assert!(!acknowledged || driven.acknowledge(&alert.key(), at(WEEKS + 4_000)));
        }
        let done = made("rfnd_test_a", Some("r1"), 1_000, "closed");
        driven.handle(whole(&requests, &[done]), at(WEEKS + 4_001));
        assert!(driven.payment.refunds()[&refund_name()].state().is_final());
        assert_closed(&driven, &overdue);
        // A part of the list could not be read.
        let blocked = Alert::RefundBlocked { reference: refund_name() };
        let mut driven = paid(&[]);
        let requests = driven.refund(&refund(), at(10)).expect("a refund");
        driven.handle(whole(&requests, &[json!({"object": "refund"})]), at(10));
        assert_raised(&driven, &blocked);
        assert!(!acknowledged || driven.acknowledge(&blocked.key(), at(11)));
        let requests = driven.handle(Input::Timeout, at(100));
        driven.handle(whole(&requests, &[]), at(100));
        let result = Ok(Box::new(
            kakaopay_types::decode::from_value(made("rfnd_test_a", Some("r1"), 1_000, "closed"))
                .expect("a refund"),
        ));
        let response = Response::Refund { reference: refund_name(), number: 1, result };
        driven.handle(Input::Response(response), at(101));
        assert_closed(&driven, &blocked);
    }
}

/// What the service keeps for ever stays open until a person acknowledges it.
#[test]
fn i8_an_alert_about_an_object_does_not_close() {
    let mut driven = pending();
    driven.handle(read(Ok(ended("successful"))), at(5));
    driven.handle(read(Ok(ended("failed"))), at(6));
    let before = driven.payment.alerts().clone();
    assert!(!before.is_empty());
    for seconds in [10, WEEKS] {
        driven.handle(read(Ok(ended("successful"))), at(seconds));
        assert_eq!(*driven.payment.alerts(), before);
    }
}
