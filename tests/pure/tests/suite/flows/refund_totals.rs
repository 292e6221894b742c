//! How much may go back: refunds under way count, refunds that were surely not made do not.

use kakaopay_flows::{
    Alert, Deadline, Evidence, Input, LateRefund, RefundError, RefundRequest, RefundState, Request,
    RequestFailure, Response,
};
use kakaopay_pure_tests::order::{at, refund_names, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{
    ApiError, Currency, ErrorCode, EventKey, List, Money, Reference, Refund, RefundAmount, Timestamp, decode,
};
use serde_json::{Value, json};

/// The paid amount, in minor units.
const PAID: i64 = 150_000;

fn order(reference: &str, amount: i64) -> RefundRequest {
    RefundRequest::new(
        Reference::parse(reference).expect("a reference"),
        RefundAmount::new(amount).expect("more than nothing"),
    )
}

fn paid() -> Driven {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let charge = Box::new(Order::one_call().charge(1, &guide::ended("successful")));
    driven.handle(
        Input::Response(Response::Read {
            charge: charge.id.clone(),
            after_seq: 0,
            served_at: None,
            result: Ok(charge),
        }),
        at(1),
    );
    driven
}

/// Responds to the list request with an empty list, and returns the reference of the next request.
fn requested(driven: &mut Driven, requests: &[Request], now: Timestamp) -> Reference {
    let [Request::ListRefunds(request)] = requests else { panic!("no list: {requests:?}") };
    let nothing = json!({"object": "list", "data": [], "limit": 100, "offset": 0, "total": 0});
    let nothing: List<Refund> = decode::from_value(nothing).expect("a list");
    let answer =
        Response::Refunds { request: request.clone(), served_at: None, result: Ok(Box::new(nothing)) };
    match &driven.handle(Input::Response(answer), now)[..] {
        [Request::CreateRefund { create, .. }] => create.metadata.reference.clone(),
        other => panic!("no refund: {other:?}"),
    }
}

fn made(driven: &mut Driven, reference: &Reference, amount: i64, status: &str) {
    let mut refund: Value = serde_json::from_str(include_str!("../../../data/refund.json")).expect("JSON");
    refund["id"] = json!(format!("rfnd_test_{}", reference.as_str().replace('-', "")));
    refund["charge"] = json!(driven.state().charge().expect("a charge").charge);
    refund["amount"] = json!(amount);
    refund["status"] = json!(status);
    refund["metadata"] = refund_names(reference.as_str());
    let refund = Box::new(decode::from_value(refund).expect("a refund"));
    let answer = Response::Refund { reference: reference.clone(), number: 1, result: Ok(refund) };
    driven.handle(Input::Response(answer), at(20));
}

/// I5: to the minor unit, from the moment a refund is wanted.
#[test]
fn i5_no_more_than_was_paid_is_ever_promised() {
    let exceeds = |left| Err(RefundError::Exceeds { left: Money::new(left, Currency::SGD) });
    let mut driven = paid();
    assert_eq!(driven.refund(&order("r-1", PAID + 1), at(2)), exceeds(PAID));
    driven.refund(&order("r-1", 100_000), at(2)).expect("a part");
    // Nothing has been asked of the service, and it is promised.
    assert_eq!(driven.refund(&order("r-2", 50_001), at(3)), exceeds(50_000));
    driven.refund(&order("r-2", 50_000), at(3)).expect("the rest, exactly");
    assert_eq!(driven.refund(&order("r-3", 1), at(4)), exceeds(0));
    assert!(driven.payment.refunds().values().all(|refund| refund.claims() && refund.state().claims()));
}

/// I5: the state of a refund decides whether it counts.
#[test]
fn i5_a_refund_that_was_surely_not_made_leaves_what_it_claimed() {
    let refused = || RequestFailure::Rejected(ApiError::new(ErrorCode::FailedRefund, "no"));
    for (status, claims) in
        [(Some("closed"), true), (Some("pending"), true), (Some("failed"), false), (None, false)]
    {
        let mut driven = paid();
        let requests = driven.refund(&order("r-1", PAID), at(2)).expect("all of it");
        let reference = requested(&mut driven, &requests, at(3));
        match status {
            Some(status) => made(&mut driven, &reference, PAID, status),
            None => {
                let answer = Response::Refund { reference, number: 1, result: Err(refused()) };
                driven.handle(Input::Response(answer), at(20));
            }
        }
        let refund = driven.payment.refunds().values().next().expect("a refund").clone();
        assert_eq!((refund.claims(), refund.state().claims()), (claims, claims), "{status:?}");
        assert_eq!(driven.refund(&order("r-2", 1), at(30)).is_err(), claims, "{status:?}");
    }
}

/// I5: the same reference with anything else than before is another refund.
#[test]
fn i5_a_refund_is_recognised_by_all_of_its_request() {
    let mut driven = paid();
    let void = order("r-1", PAID).void(true);
    driven.refund(&void, at(2)).expect("a refund");
    assert_eq!(driven.payment.refunds().values().next().expect("a refund").void(), Some(true));
    assert_eq!(driven.refund(&void, at(3)), Ok(Vec::new()));
    for other in
        [void.clone().void(None), order("r-1", 1).void(true), void.clone().late_refund(LateRefund::Forward)]
    {
        assert_eq!(driven.refund(&other, at(3)), Err(RefundError::ReferenceConflict));
    }
}

#[test]
fn each_state_of_a_refund_has_its_name() {
    let refund = || kakaopay_types::RefundId::parse("rfnd_test_1").expect("an id");
    let names = [
        RefundState::Preparing,
        RefundState::Requested,
        RefundState::Searching,
        RefundState::Blocked,
        RefundState::Pending { refund: refund() },
        RefundState::Completed { refund: refund(), voided: None },
        RefundState::Failed { refund: refund() },
        RefundState::Refused { code: String::new(), message: None },
    ]
    .map(|state| state.name());
    assert_eq!(
        names,
        ["preparing", "requested", "searching", "blocked", "pending", "completed", "failed", "refused"]
    );
}

/// A refund whose outcome has been unknown for that many seconds.
fn lost(since: i64) -> Driven {
    let mut driven = paid();
    let requests = driven.refund(&order("r-1", PAID), at(2)).expect("all of it");
    let reference = requested(&mut driven, &requests, at(3));
    let answer = Response::Refund { reference, number: 1, result: Err(RequestFailure::OutcomeUnknown) };
    driven.handle(Input::Response(answer), at(since));
    driven
}

/// Has the list read, which is empty, and says whether the refund is asked for again.
fn asks_again(driven: &mut Driven, now: Timestamp, service: Option<Timestamp>) -> bool {
    let requests = driven.handle(Input::Timeout, now);
    let [Request::ListRefunds(request)] = &requests[..] else { panic!("no list: {requests:?}") };
    let nothing = json!({"object": "list", "data": [], "limit": 100, "offset": 0, "total": 0, "to": service});
    let nothing: List<Refund> = decode::from_value(nothing).expect("a list");
    let answer =
        Response::Refunds { request: request.clone(), served_at: None, result: Ok(Box::new(nothing)) };
    let requests = driven.handle(Input::Response(answer), now);
    requests.iter().any(|request| matches!(request, Request::CreateRefund { .. }))
}

/// F18: a list is believed when it was asked for so late that nothing can be under way any more; to the second.
#[test]
fn f18_a_refund_is_requested_again_when_its_absence_is_proven() {
    for (seconds, again) in [(669, false), (670, true)] {
        let mut driven = lost(70);
        assert!(!asks_again(&mut driven, at(70), None));
        assert_eq!(asks_again(&mut driven, at(seconds), None), again, "{seconds}");
    }
}

/// F15, F18: by the service's clock it is the first list without it that counts, however many follow; and the
/// payment wakes up in time for that.
#[test]
fn f15_f18_the_first_list_without_it_begins_the_wait() {
    let mut driven = lost(70);
    assert!(!asks_again(&mut driven, at(71), Some(at(71))));
    let entries = driven.journal.len();
    for seconds in [300, 600] {
        assert!(!asks_again(&mut driven, at(seconds), Some(at(seconds))), "{seconds}");
    }
    assert_eq!(driven.journal.len(), entries, "what is known is not recorded again");
    assert!(asks_again(&mut driven, at(671), Some(at(671))));

    let mut driven = lost(70);
    assert!(!asks_again(&mut driven, at(71), Some(at(71))));
    let mut now = at(71);
    while let Deadline::At(next) = driven.deadline {
        now = next;
        if asks_again(&mut driven, now, Some(now)) {
            break;
        }
    }
    assert!(now > at(671) && now < at(680), "{now}");
}

/// I5: a refund has failed, and then the service has another of its name that may yet be made.
#[test]
fn i5_another_that_may_yet_be_made_contradicts_a_failure() {
    let mut driven = paid();
    let requests = driven.refund(&order("r-1", PAID), at(2)).expect("all of it");
    let reference = requested(&mut driven, &requests, at(3));
    made(&mut driven, &reference, PAID, "failed");
    let charge = driven.state().charge().expect("a charge").charge.clone();
    let webhook = Evidence::Webhook { key: EventKey::RefundCreate, charge: charge.clone() };
    let requests = driven.handle(Input::Evidence(webhook), at(30));
    let [Request::ListRefunds(request)] = &requests[..] else { panic!("no list: {requests:?}") };
    let mut other: Value = serde_json::from_str(include_str!("../../../data/refund.json")).expect("JSON");
    other["id"] = json!("rfnd_test_other");
    other["charge"] = json!(charge);
    other["amount"] = json!(PAID);
    other["status"] = json!("pending");
    other["metadata"] = refund_names("r-1");
    let list = json!({"object": "list", "data": [other], "limit": 100, "offset": 0, "total": 1});
    let list: List<Refund> = decode::from_value(list).expect("a list");
    let answer = Response::Refunds { request: request.clone(), served_at: None, result: Ok(Box::new(list)) };
    driven.handle(Input::Response(answer), at(30));
    let contradicted = |alert: &Alert| matches!(alert, Alert::RefundContradiction { .. });
    assert!(driven.payment.alerts().iter().any(contradicted), "{:?}", driven.payment.alerts());
}
