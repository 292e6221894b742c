//! Refunds of late money that are ordered beforehand: they end with the money back, or a person knows.

use std::num::NonZeroU32;

use kakaopay_flows::{
    Alert, CancelReason, Deadline, Input, Intent, Payment, PaymentEvent, RefundState, Request,
    RequestFailure, Response,
};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{ApiError, Charge, ChargeId, ErrorCode, Reference, Refund, decode};
use serde_json::json;

use super::cancel::{assert_replays, charge, expire, keys, names, pending, pending_of, read, rejected};
use super::refunds::{made, whole};

fn refunding() -> Intent {
    Order::one_call().intent.refund_if_paid_late(true)
}

fn own() -> ChargeId {
    charge("pending", &[]).id
}

fn late() -> Reference {
    Reference::parse(&format!("late:{}", own())).expect("a reference")
}

fn read_of(charge: Charge) -> Input {
    Input::Response(Response::Read {
        charge: charge.id.clone(),
        after_seq: 0,
        served_at: None,
        result: Ok(Box::new(charge)),
    })
}

/// A payment that has expired and was paid after all, with the request for the list of its refunds.
fn paid_late() -> (Driven, Vec<Request>) {
    let mut driven = pending_of(refunding());
    let ended = read(&driven, "expired");
    driven.handle(ended, at(100));
    let paid = charge("successful", &[("paid_at", json!(start().to_string()))]);
    let requests = driven.handle(read_of(paid), at(200));
    assert_eq!((names(&requests).as_str(), driven.payment.refunds().len()), ("L", 1));
    (driven, requests)
}

fn alerts(driven: &Driven) -> Vec<Alert> {
    driven.payment.alerts().iter().cloned().collect()
}

/// The store was restored from a copy that may lack that the wish was taken back and the goods were shipped.
#[test]
fn f51_f64_i5_an_older_store_refunds_no_late_money_by_itself() {
    for is_made in [false, true] {
        let (mut driven, _) = paid_late();
        let first = driven.handle(Input::StoreIsOlder, at(201));
        assert_eq!(driven.payment.refunds()[&late()].state(), &RefundState::Searching);
        assert_eq!(names(&driven.handle(whole(&first, &[]), at(202))), "");
        let second = driven.handle(Input::Timeout, at(900));
        let refunds = if is_made {
            vec![made("rfnd_test_1", Some(late().as_str()), 150_000, "closed")]
        } else {
            vec![]
        };
        assert_eq!(names(&driven.handle(whole(&second, &refunds), at(900))), "", "no refund is requested");
        let not_refunded = Alert::LateNotRefunded { charge: own() };
        let state = driven.payment.refunds()[&late()].state().clone();
        if is_made {
            assert!(matches!(state, RefundState::Completed { .. }) && alerts(&driven).is_empty());
        } else {
            assert_eq!(state, RefundState::Cancelled { reason: CancelReason::StoreIsOlder });
            assert_eq!(alerts(&driven), [not_refunded]);
        }
        assert_replays(&driven);
    }
}

/// I8: a refund that was ordered beforehand and ends without the money leaves it to a person.
#[test]
fn f64_i8_late_money_that_stays_raises_an_alert() {
    let closes_at = kakaopay_types::RefundWindow::closes_at(start()).millis_since(start()) / 1_000;
    let elsewhere = |amount| vec![made("rfnd_test_other", None, amount, "closed")];
    for (refunds, now, expected) in
        [(vec![], closes_at, 1), (elsewhere(1), 300, 1), (elsewhere(150_000), 300, 0)]
    {
        let (mut driven, requests) = paid_late();
        assert_eq!(names(&driven.handle(whole(&requests, &refunds), at(now))), "");
        assert!(matches!(driven.payment.refunds()[&late()].state(), RefundState::Cancelled { .. }));
        assert_eq!(alerts(&driven).len(), expected, "{refunds:?}");
        assert_replays(&driven);
    }
    let refused = RequestFailure::Rejected(ApiError::new(ErrorCode::InvalidCharge, "no"));
    let failed = made("rfnd_test_1", Some(late().as_str()), 150_000, "failed");
    let failed: Refund = decode::from_value(failed).expect("a refund");
    for result in [Err(refused), Ok(Box::new(failed))] {
        let (mut driven, requests) = paid_late();
        assert_eq!(names(&driven.handle(whole(&requests, &[]), at(300))), "R");
        let response = Response::Refund { reference: late(), number: 1, result };
        driven.handle(Input::Response(response), at(301));
        let state = driven.payment.refunds()[&late()].state();
        assert!(matches!(state, RefundState::Refused { .. } | RefundState::Failed { .. }), "{state:?}");
        assert_eq!(alerts(&driven), [Alert::LateNotRefunded { charge: own() }]);
        assert_replays(&driven);
    }
}

fn second(status: &'static str) -> Charge {
    let mut changes = guide::ended(status);
    changes.push(("id", json!("chrg_test_second")));
    Order::one_call().charge(2, &changes)
}

/// The instants at which a charge is read until nothing of the payment is due, in minutes of the day in Korea's zone of the
/// refund window.
fn minutes_of_reads(mut driven: Driven, charge: &ChargeId) -> Vec<i64> {
    let mut minutes = Vec::new();
    for _ in 0..2_000 {
        let Deadline::At(next) = driven.deadline else { return minutes };
        let requests = driven.handle(Input::Timeout, next);
        let is_it =
            |request: &Request| matches!(request, Request::RetrieveCharge(read) if read.id == *charge);
        if requests.iter().any(is_it) {
            minutes.push((next.unix_seconds() + 8 * 3_600).rem_euclid(86_400) / 60);
        }
        if next > at(20 * 86_400) {
            return minutes;
        }
    }
    panic!("it does not end");
}

/// F16: the charge of an earlier attempt is read at night, whatever has become of the order since.
#[test]
fn f64_f16_an_earlier_attempt_is_read_at_night() {
    for status in ["pending", "failed", "successful"] {
        let mut driven = pending_of(refunding());
        let ended = read(&driven, "expired");
        driven.handle(ended, at(100));
        driven.pay_again(&refunding(), NonZeroU32::MIN, at(200)).expect("begun");
        driven.handle(read_of(second(status)), at(201));
        let minutes = minutes_of_reads(driven, &own());
        assert!(minutes.len() >= 14 && minutes.iter().all(|minute| [0, 10].contains(minute)), "{minutes:?}");
    }
}

/// The polls of something else do not read the ended charge.
#[test]
fn f64_f60_an_ended_charge_is_read_only_at_night() {
    let mut driven = pending_of(refunding());
    let ended = read(&driven, "expired");
    driven.handle(ended, at(100));
    // A duplicate that stays open is polled day and night.
    let mut changes = guide::ended("pending");
    changes.push(("id", json!("chrg_test_other")));
    driven.handle(read_of(Order::one_call().charge(1, &changes)), at(101));
    let minutes = minutes_of_reads(driven, &own());
    assert!(minutes.len() >= 14 && minutes.iter().all(|minute| *minute < 15), "{minutes:?}");
}

/// The service may have ended a charge with a status that is unknown here.
#[test]
fn f64_an_unknown_status_is_not_notified_as_payable() {
    let mut driven = pending();
    driven.handle(Input::Cancel, at(100));
    driven.handle(expire(Err(rejected())), at(101));
    let unknown = read(&driven, "holding");
    driven.handle(unknown, at(102));
    assert_eq!(keys(&driven), Vec::<String>::new());
    let pending = read(&driven, "pending");
    driven.handle(pending, at(103));
    assert_eq!(keys(&driven), ["1/cancel_refused"]);
    assert!(matches!(driven.events.last(), Some(PaymentEvent::CancelRefused { .. })));
    let entries = driven.journal.iter().map(|(seq, bytes)| (*seq, bytes.as_slice()));
    assert!(Payment::replay(entries).is_ok());
}
