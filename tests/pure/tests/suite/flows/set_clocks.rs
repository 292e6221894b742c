//! F53: payments whose instants lie in the future, because the clock by which they were recorded was ahead and is right
//! again.

use kakaopay_flows::{Deadline, Input, LateRefund, RefundRequest, RequestFailure, Response};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{Charge, Reference, RefundAmount, decode};
use serde_json::json;

const HOUR: i64 = 3_600;
const YEAR: i64 = 365 * 24 * HOUR;

/// How far the clock was ahead when the payment was recorded.
const AHEAD: [i64; 12] =
    [61, 120, 299, 301, 400, HOUR, 7 * HOUR, 24 * HOUR, 8 * 24 * HOUR, 30 * 24 * HOUR, YEAR, 9 * YEAR];
/// How far it was behind.
const BEHIND: [i64; 4] = [-60, -HOUR, -7 * HOUR, -YEAR];

/// A payment that has come so far at a time.
type Stage = fn(i64) -> Driven;

const STAGES: [(&str, Stage); 8] = [
    ("requested", requested),
    ("not sent", not_sent),
    ("searching", searching),
    ("pending", pending),
    ("pending without an end", pending_without_end),
    ("refund ordered", refund_ordered),
    ("refund requested", refund_requested),
    ("refund searching", refund_searching),
];

fn requested(now: i64) -> Driven {
    Driven::open(Order::one_call().intent, at(now)).0
}

fn created(now: i64, result: Result<Charge, RequestFailure>) -> Driven {
    let mut driven = requested(now);
    let attempt = std::num::NonZeroU32::MIN;
    driven.handle(Input::Response(Response::Charge { attempt, result: result.map(Box::new) }), at(now + 1));
    driven
}

fn not_sent(now: i64) -> Driven {
    created(now, Err(RequestFailure::NotSent))
}

fn searching(now: i64) -> Driven {
    created(now, Err(RequestFailure::OutcomeUnknown))
}

fn pending(now: i64) -> Driven {
    created(now, Ok(Order::one_call().charge(1, &[])))
}

fn pending_without_end(now: i64) -> Driven {
    created(now, Ok(Order::one_call().charge(1, &[("expires_at", json!(null))])))
}

fn refund_ordered(now: i64) -> Driven {
    let mut driven = requested(now);
    let paid = Order::one_call().charge(1, &guide::ended("successful"));
    let read =
        Response::Read { charge: paid.id.clone(), after_seq: 0, served_at: None, result: Ok(Box::new(paid)) };
    driven.handle(Input::Response(read), at(now + 1));
    let amount = RefundAmount::new(50_000).expect("more than nothing");
    let order = RefundRequest::new(reference(), amount).late_refund(LateRefund::Forward);
    driven.refund(&order, at(now + 2)).expect("a refund");
    driven
}

fn refund_requested(now: i64) -> Driven {
    let mut driven = refund_ordered(now);
    let requests = driven.handle(Input::Refresh, at(now + 3));
    let request = requests.iter().find_map(|request| match request {
        kakaopay_flows::Request::ListRefunds(list) => Some(list.clone()),
        _ => None,
    });
    let none = json!({"object": "list", "data": [], "limit": 100, "offset": 0, "total": 0, "to": null});
    let list = Box::new(decode::from_value(none).expect("a list"));
    let request = request.expect("a list is requested");
    let response = Response::Refunds { request, served_at: Some(at(now + 3)), result: Ok(list) };
    let requests = driven.handle(Input::Response(response), at(now + 3));
    assert_eq!(requests.iter().filter(|request| request.is_mutation()).count(), 1);
    driven
}

fn refund_searching(now: i64) -> Driven {
    let mut driven = refund_requested(now);
    let result = Err(RequestFailure::OutcomeUnknown);
    let lost = Response::Refund { reference: reference(), number: 1, result };
    driven.handle(Input::Response(lost), at(now + 4));
    driven
}

fn reference() -> Reference {
    Reference::parse("r1").expect("a reference")
}

/// Seconds from `now` to each of the deadlines that follow until an end.
fn rests(driven: &mut Driven, mut now: i64, end: i64) -> Vec<i64> {
    let mut rests = Vec::new();
    while now < end {
        driven.handle(Input::Timeout, at(now));
        let Deadline::At(next) = driven.deadline else { break };
        let rest = (next.millis_since(at(now)) + 999) / 1_000;
        rests.push(rest);
        now += rest;
    }
    rests
}

/// It neither sleeps until its instants nor is polled all the time until then.
#[test]
fn f53_i8_a_payment_recorded_in_the_future_is_polled_every_few_minutes() {
    for (name, stage) in STAGES {
        for ahead in AHEAD {
            let mut driven = stage(ahead);
            // Until its instants have come.
            let end = ahead.min(60 + HOUR);
            let found = rests(&mut driven, 60, end);
            let context = format!("{name}, {ahead} s ahead: {found:?}");
            // What is recorded from now on has its own age.
            let mut passed = 0;
            for rest in &found {
                assert!(*rest <= 375.max(4 * passed), "{context}");
                passed += rest;
            }
            // As often as one that begins now, at most.
            assert!(found.len() <= 75, "{context}");
            assert!(60 + passed >= end, "{context}");
        }
    }
}

/// One that was recorded in the past is polled as one of its age.
#[test]
fn f53_a_payment_recorded_in_the_past_goes_on() {
    for (name, stage) in STAGES {
        for behind in BEHIND {
            let mut driven = stage(behind);
            let found = rests(&mut driven, 60, 60 + HOUR);
            assert!(found.iter().all(|rest| *rest > 0 && *rest <= 86_400), "{name}, {behind} s: {found:?}");
        }
    }
}

/// A payment gets any time, in any direction, and goes on. Nothing that is final changes, and no
/// request that moves money is made because of the time alone.
#[test]
fn f53_i6_a_deadline_is_safe_at_any_time() {
    let times = [0, YEAR, -YEAR, 7 * HOUR, -7 * HOUR, 60, -60, 0, 9 * YEAR, 1];
    for (name, stage) in STAGES.into_iter().filter(|(name, _)| *name != "not sent") {
        let mut driven = stage(0);
        for time in times {
            let requests = driven.handle(Input::Timeout, at(time));
            assert!(
                !requests.iter().any(kakaopay_flows::Request::is_mutation),
                "{name} at {time}: {requests:?}"
            );
        }
    }
    assert_eq!(start(), at(0));
}
