//! Mismatches: when one stops a payment, which alert it raises, and when it is over.

use std::num::NonZeroU32;

use kakaopay_flows::{
    Alert, ChargeSearch, Deadline, Evidence, Input, RefundRequest, Request, RequestFailure, Response, Stage,
    State,
};
use kakaopay_pure_tests::order::{at, refund_names, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{
    ApiError, Charge, ChargeId, ErrorCode, EventKey, List, Mismatch, Reference, Refund, RefundAmount, decode,
};
use serde_json::{Value, json};

fn created(number: u32, result: Result<Charge, RequestFailure>) -> Input {
    let attempt = NonZeroU32::new(number).expect("from one");
    Input::Response(Response::Charge { attempt, result: result.map(Box::new) })
}

fn read(charge: Charge) -> Input {
    Input::Response(Response::Read {
        charge: charge.id.clone(),
        after_seq: 0,
        served_at: None,
        result: Ok(Box::new(charge)),
    })
}

fn stage(driven: &Driven) -> Option<Stage> {
    match driven.state() {
        State::Creating(creating) => Some(creating.stage),
        _ => None,
    }
}

fn looked_up(requests: &[Request]) -> ChargeSearch {
    let found = requests.iter().find_map(|request| match request {
        Request::FindCharge(look_up) => Some(look_up.clone()),
        _ => None,
    });
    found.expect("a look-up")
}

/// A page that many more may follow, if it is full.
fn page(request: ChargeSearch, data: &[Charge], total: u32) -> Input {
    let offset = request.list.page.offset;
    let list = json!({"object": "list", "data": data, "limit": 100, "offset": offset, "total": total});
    let list: List<Charge> = decode::from_value(list).expect("a list");
    Input::Response(Response::FindCharge { request, served_at: None, result: Ok(Box::new(list)) })
}

/// A charge that names the order and is for less.
fn stranger() -> Charge {
    Order::one_call().charge(1, &[("id", json!("chrg_test_stranger")), ("amount", json!(1))])
}

/// I4: a charge that this very request made, and that does not name the order, stops the payment: the next would be
/// made just so.
#[test]
fn i4_a_charge_that_was_made_without_its_name_stops_the_payment() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let nameless = Order::one_call().charge(1, &[("metadata", json!({}))]);
    driven.handle(created(1, Ok(nameless.clone())), at(1));
    assert_eq!(stage(&driven), Some(Stage::Blocked));
    let mismatch = Alert::Mismatch { charge: nameless.id, member: Mismatch::Reference };
    assert!(driven.payment.alerts().contains(&mismatch));
    assert!(driven.redirects.is_empty());
}

/// One that names the order and differs, on the first of two pages, stops it at the end of the second; it is
/// watched from then on.
#[test]
fn i4_what_differs_on_an_earlier_page_is_not_forgotten() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let requests = driven.handle(created(1, Err(RequestFailure::OutcomeUnknown)), at(1));
    let others = (0..99).map(|number| {
        let id = json!(format!("chrg_test_other{number}"));
        Order::one_call().charge(1, &[("id", id), ("metadata", json!({}))])
    });
    let first: Vec<_> = [stranger()].into_iter().chain(others).collect();
    let requests = driven.handle(page(looked_up(&requests), &first, 101), at(1));
    assert_eq!(stage(&driven), Some(Stage::Searching));
    // It takes a while, in which the deadline has come.
    driven.handle(page(looked_up(&requests), &first[1..2], 101), at(30));
    assert_eq!(stage(&driven), Some(Stage::Blocked));
    driven.assert_is_planned(at(30));
}

/// F07: while an answer is waited for, another charge is looked at on its own plan.
#[test]
fn f07_a_duplicate_is_watched_while_a_response_is_pending() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let requests = driven.handle(created(1, Err(RequestFailure::OutcomeUnknown)), at(1));
    driven.handle(page(looked_up(&requests), &[stranger()], 1), at(1));
    assert_eq!(stage(&driven), Some(Stage::Blocked));
    let requests = driven.handle(Input::Resume, at(3));
    driven.handle(page(looked_up(&requests), &[], 0), at(3));
    let requests = driven.handle(Input::Timeout, at(95));
    driven.handle(page(looked_up(&requests), &[], 0), at(95));
    assert_eq!(stage(&driven), Some(Stage::Charge));
    // Its look comes before the answer is late, and after it the payment waits for the answer.
    let Deadline::At(look) = driven.deadline else { panic!("{:?}", driven.deadline) };
    assert!(look < at(95 + 75), "{look}");
    let requests = driven.handle(Input::Timeout, look);
    assert!(matches!(requests[..], [Request::RetrieveCharge(_)]), "{requests:?}");
    assert!(driven.deadline != Deadline::At(look));
    assert_eq!(stage(&driven), Some(Stage::Charge));
}

/// F10: a search that is over sets no deadline.
#[test]
fn f10_a_search_that_is_over_sets_no_deadline() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let requests = driven.handle(created(1, Err(RequestFailure::OutcomeUnknown)), start());
    driven.handle(page(looked_up(&requests), &[], 0), start());
    let request = looked_up(&driven.handle(Input::Timeout, at(90)));
    driven.handle(page(request, &[], 0), at(90));
    let changes = |status| {
        let mut changes = guide::ended(status);
        changes.push(("id", json!("chrg_test_own")));
        changes
    };
    driven.handle(created(2, Ok(Order::one_call().charge(2, &changes("pending")))), at(90));
    driven.handle(read(Order::one_call().charge(2, &changes("successful"))), at(91));
    assert!(matches!(driven.state(), State::Successful { .. }));
    for now in [at(100), at(2_000)] {
        let request = looked_up(&driven.handle(Input::Timeout, now));
        assert!(matches!(driven.deadline, Deadline::At(_)));
        driven.handle(page(request, &[], 0), now);
    }
    assert_eq!(driven.deadline, Deadline::Never);
}

/// I8: a good response closes the alerts that it disproves, and no others.
#[test]
fn i8_a_charge_that_came_late_closes_the_alert_that_it_is_late() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(created(1, Err(RequestFailure::NotSent)), at(1));
    driven.handle(Input::Timeout, at(1_000));
    assert!(driven.payment.alerts().contains(&Alert::Overdue));
    driven.handle(created(1, Ok(Order::one_call().charge(1, &[]))), at(1_001));
    assert!(matches!(driven.state(), State::Pending(_)));
    assert!(driven.payment.alerts().is_empty());
}

/// F20: a webhook about refunds of a foreign charge does not lead to a list of its refunds.
#[test]
fn f20_a_refund_of_another_charge_is_none_of_the_payments() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(read(Order::one_call().charge(1, &guide::ended("successful"))), start());
    let webhook = |charge| Input::Evidence(Evidence::Webhook { key: EventKey::RefundCreate, charge });
    let own = driven.state().charge().expect("a charge").charge.clone();
    let requests = driven.handle(webhook(own), at(1));
    assert!(matches!(requests[..], [Request::ListRefunds(_)]), "{requests:?}");
    let requests = driven.handle(webhook(ChargeId::parse("chrg_test_other").expect("an id")), at(1));
    assert!(!requests.iter().any(|request| matches!(request, Request::ListRefunds(_))), "{requests:?}");
}

/// I8: that the key was refused is over when the service has answered to it, whatever it was asked.
#[test]
fn i8_a_refund_that_is_made_shows_that_the_key_is_good() {
    let refused = || RequestFailure::Rejected(ApiError::new(ErrorCode::AuthenticationFailure, "no"));
    let is_refused = |driven: &Driven| {
        let about_key = |alert: &Alert| matches!(alert, Alert::KeyRefused { .. });
        driven.payment.alerts().iter().any(about_key)
    };
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(read(Order::one_call().charge(1, &guide::ended("successful"))), start());
    let order = RefundRequest::new(
        Reference::parse("refund-1").expect("a reference"),
        RefundAmount::new(1_000).expect("an amount"),
    );
    driven.refund(&order, start()).expect("a refund");
    let requests = driven.handle(Input::Timeout, at(10));
    let [Request::ListRefunds(list)] = &requests[..] else { panic!("{requests:?}") };
    let answer = Response::Refunds { request: list.clone(), served_at: None, result: Err(refused()) };
    driven.handle(Input::Response(answer), at(10));
    assert!(is_refused(&driven));
    let nothing = json!({"object": "list", "data": [], "limit": 100, "offset": 0, "total": 0});
    let nothing = decode::from_value(nothing).expect("a list");
    let answer = Response::Refunds { request: list.clone(), served_at: None, result: Ok(Box::new(nothing)) };
    driven.handle(Input::Response(answer), at(11));
    let mut made: Value = serde_json::from_str(include_str!("../../../data/refund.json")).expect("JSON");
    made["amount"] = json!(1_000);
    made["charge"] = json!(driven.state().charge().expect("a charge").charge);
    made["metadata"] = refund_names("refund-1");
    let made: Refund = decode::from_value(made).expect("a refund");
    let answer = Response::Refund { reference: order.reference, number: 1, result: Ok(Box::new(made)) };
    driven.handle(Input::Response(answer), at(12));
    assert!(driven.payment.refunds().values().all(|refund| refund.state().refund().is_some()));
    assert!(!is_refused(&driven));
}

/// A card's authorisation can be reversed. KakaoPay's charges have no such end, so that it decides nothing here.
#[test]
fn a_reversed_charge_is_neither_paid_nor_expired() {
    for status in ["reversed", "voided", "holding"] {
        let (mut driven, _) = Driven::open(Order::one_call().intent, start());
        driven.handle(created(1, Ok(Order::one_call().charge(1, &[]))), at(10));
        let reversed = Order::one_call().charge(1, &[("status", json!(status))]);
        driven.handle(read(reversed), at(60));
        assert!(matches!(driven.state(), State::Pending(_)), "{status}: {:?}", driven.state());
        assert!(driven.events.is_empty(), "{status}: {:?}", driven.events);
        assert!(matches!(driven.deadline, Deadline::At(_)), "{status}");
    }
}
