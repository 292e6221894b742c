//! Refunds where money could go back twice, case by case.

use kakaopay_flows::{
    Alert, Input, LateRefund, PaymentEvent, RefundError, RefundRequest, RefundSearch, RefundState, Request,
    RequestFailure, Response,
};
use kakaopay_pure_tests::order::{at, refund_names, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{ApiError, ErrorCode, List, Reference, Refund, RefundAmount, Timestamp, decode};
use serde_json::{Value, json};

const OWN: &str = "chrg_test_5w4415netlwqpc54tyg";

fn name(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

/// A payment that was paid at the beginning.
pub(crate) fn paid(changes: &[(&'static str, Value)]) -> Driven {
    let order = Order::one_call();
    let (mut driven, _) = Driven::open(order.intent.clone(), start());
    let mut ended = guide::ended("successful");
    ended.extend(changes.iter().cloned());
    let charge = Box::new(order.charge(1, &ended));
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

pub(crate) fn order(reference: &str, amount: i64, late_refund: LateRefund) -> RefundRequest {
    let amount = RefundAmount::new(amount).expect("more than nothing");
    RefundRequest::new(name(reference), amount).late_refund(late_refund)
}

/// A refund at the service, perhaps under a name.
pub(crate) fn made(id: &str, reference: Option<&str>, amount: i64, status: &str) -> Value {
    let mut refund: Value = serde_json::from_str(include_str!("../../../data/refund.json")).expect("JSON");
    refund["id"] = json!(id);
    refund["charge"] = json!(OWN);
    refund["amount"] = json!(amount);
    refund["status"] = json!(status);
    refund["metadata"] = reference.map_or(json!({}), refund_names);
    refund
}

fn asked(requests: &[Request]) -> RefundSearch {
    let list = requests.iter().find_map(|request| match request {
        Request::ListRefunds(list) => Some(list.clone()),
        _ => None,
    });
    list.expect("a list is asked for")
}

pub(crate) fn posts(requests: &[Request]) -> usize {
    requests.iter().filter(|request| matches!(request, Request::CreateRefund { .. })).count()
}

/// A page of the list, with the service's clock when it is shown.
fn page(request: &RefundSearch, data: &[Value], total: usize, to: Option<Timestamp>) -> Input {
    let offset = request.list.page.offset;
    let list =
        json!({"object": "list", "data": data, "limit": 100, "offset": offset, "total": total, "to": to});
    let list: List<Refund> = decode::from_value(list).expect("a list");
    Input::Response(Response::Refunds {
        request: request.clone(),
        served_at: None,
        result: Ok(Box::new(list)),
    })
}

pub(crate) fn whole(requests: &[Request], data: &[Value]) -> Input {
    page(&asked(requests), data, data.len(), None)
}

/// The answer to the first request for a refund.
fn answered(reference: &str, result: Result<Value, RequestFailure>) -> Input {
    answered_of(reference, 1, result)
}

fn answered_of(reference: &str, number: u32, result: Result<Value, RequestFailure>) -> Input {
    let result = result.map(|refund| Box::new(decode::from_value(refund).expect("a refund")));
    Input::Response(Response::Refund { reference: name(reference), number, result })
}

fn refused(code: ErrorCode) -> RequestFailure {
    RequestFailure::Rejected(ApiError::new(code, "no"))
}

pub(crate) fn state<'a>(driven: &'a Driven, reference: &str) -> &'a RefundState {
    driven.payment.refunds()[&name(reference)].state()
}

/// A refund that was asked for: the list was empty.
fn requested(amount: i64, late_refund: LateRefund) -> Driven {
    let mut driven = paid(&[]);
    let requests = driven.refund(&order("r1", amount, late_refund), at(10)).expect("a refund");
    let requests = driven.handle(whole(&requests, &[]), at(10));
    assert_eq!(posts(&requests), 1);
    driven
}

/// A refund whose outcome is unknown.
pub(crate) fn unknown(amount: i64) -> Driven {
    let mut driven = requested(amount, LateRefund::Reject);
    driven.handle(answered("r1", Err(RequestFailure::OutcomeUnknown)), at(70));
    driven
}

/// Wakes the payment as often as it wants to be within some seconds, shows it the list each time, and
/// counts its requests.
pub(crate) fn wait(driven: &mut Driven, until: Timestamp, data: &[Value]) -> usize {
    let mut count = 0;
    while let kakaopay_flows::Deadline::At(now) = driven.deadline {
        if now > until {
            break;
        }
        let requests = driven.handle(Input::Timeout, now);
        if requests.iter().any(|request| matches!(request, Request::ListRefunds(_))) {
            count += posts(&driven.handle(page(&asked(&requests), data, data.len(), Some(now)), now));
        }
    }
    count
}

#[test]
fn f18_a_refund_made_otherwise_is_never_requested_again() {
    // The service made it for another reference, or of another amount.
    for other in
        [made("rfnd_test_a", Some("r9"), 1_000, "closed"), made("rfnd_test_a", Some("r1"), 900, "closed")]
    {
        let mut driven = requested(1_000, LateRefund::Reject);
        driven.handle(answered("r1", Ok(other.clone())), at(11));
        assert_eq!(*state(&driven, "r1"), RefundState::Blocked);
        for input in [Input::Refresh, Input::Resume, Input::Resume] {
            let now = at(100);
            let requests = driven.handle(input, now);
            assert_eq!(posts(&driven.handle(whole(&requests, std::slice::from_ref(&other)), now)), 0);
            assert_eq!(wait(&mut driven, at(90_000), std::slice::from_ref(&other)), 0);
            assert_eq!(*state(&driven, "r1"), RefundState::Blocked);
        }
        // The person is asked again after each time they said to go on.
        let told = driven
            .events
            .iter()
            .filter(|event| matches!(event, PaymentEvent::Alert { alert: Alert::RefundMismatch { .. }, .. }));
        assert_eq!(told.count(), 3);
        // It is no longer there, and a person said to go on.
        let requests = driven.handle(Input::Resume, at(100_000));
        driven.handle(page(&asked(&requests), &[], 0, Some(at(100_000))), at(100_000));
        assert_eq!(*state(&driven, "r1"), RefundState::Searching);
        assert_eq!(wait(&mut driven, at(110_000), &[]), 0, "its time has passed");
        assert!(matches!(state(&driven, "r1"), RefundState::Cancelled { .. }));
    }
}

#[test]
fn f18_one_without_a_name_of_the_same_amount_may_be_it() {
    let mut driven = unknown(1_000);
    let nameless = [made("rfnd_test_a", None, 1_000, "closed")];
    assert_eq!(wait(&mut driven, at(3_000), &nameless), 0);
    assert_eq!(*state(&driven, "r1"), RefundState::Searching);
    let unresolved = Alert::RefundUnresolved { reference: name("r1") };
    assert!(driven.payment.alerts().contains(&unresolved));
    // A person knows better, and says so.
    driven.handle(Input::Resume, at(3_000));
    assert_eq!(wait(&mut driven, at(6_000), &nameless), 1);
}

#[test]
fn f02_f18_neither_the_order_of_a_list_nor_its_pages_matter() {
    let elements = [
        made("rfnd_test_a", Some("r1"), 1_000, "failed"),
        made("rfnd_test_b", Some("r1"), 1_000, "closed"),
        made("rfnd_test_c", Some("r1"), 1_000, "pending"),
        made("rfnd_test_d", None, 5, "closed"),
    ];
    let mut ends = Vec::new();
    for turn in 0..24 {
        // Each of the permutations.
        let (mut rest, mut turn, mut data) = (elements.to_vec(), turn, Vec::new());
        while !rest.is_empty() {
            data.push(rest.remove(turn % rest.len()));
            turn /= rest.len() + 1;
        }
        for size in 1..=4 {
            let mut driven = unknown(1_000);
            let mut requests = driven.handle(Input::Timeout, at(80));
            for chunk in data.chunks(size) {
                requests = driven.handle(page(&asked(&requests), chunk, data.len(), None), at(80));
            }
            assert_eq!(requests, []);
            let keys: Vec<_> = driven.events.iter().map(PaymentEvent::key).collect();
            ends.push((state(&driven, "r1").clone(), keys));
        }
    }
    let first = ends[0].clone();
    assert!(matches!(&first.0, RefundState::Completed { refund, .. } if refund.as_str() == "rfnd_test_b"));
    assert!(ends.iter().all(|end| *end == first), "{ends:?}");
}

#[test]
fn i5_what_the_list_says_went_back_is_counted() {
    // The service refused, and has it all the same; it failed, and another of its name did not.
    for (answer, listed) in [
        (Err(refused(ErrorCode::FailedRefund)), made("rfnd_test_a", Some("r1"), 100_000, "closed")),
        (
            Ok(made("rfnd_test_a", Some("r1"), 100_000, "failed")),
            made("rfnd_test_b", Some("r1"), 100_000, "closed"),
        ),
    ] {
        let mut driven = requested(100_000, LateRefund::Reject);
        driven.handle(answered("r1", answer), at(11));
        let requests = driven.refund(&order("r2", 100_000, LateRefund::Reject), at(12)).expect("a refund");
        assert_eq!(posts(&driven.handle(whole(&requests, &[listed]), at(12))), 0);
        assert!(matches!(state(&driven, "r2"), RefundState::Cancelled { .. }));
        let contradicted = |alert: &Alert| matches!(alert, Alert::RefundContradiction { .. });
        assert!(driven.payment.alerts().iter().any(contradicted));
    }
    // What was made of another amount than asked for counts as what it is.
    let mut driven = requested(10_000, LateRefund::Reject);
    let larger = made("rfnd_test_a", Some("r1"), 100_000, "closed");
    driven.handle(answered("r1", Ok(larger.clone())), at(11));
    let requests = driven.refund(&order("r2", 50_001, LateRefund::Reject), at(12)).expect("a refund");
    assert_eq!(posts(&driven.handle(whole(&requests, std::slice::from_ref(&larger)), at(12))), 0);
    let requests = driven.refund(&order("r3", 50_000, LateRefund::Reject), at(13)).expect("a refund");
    // One element that comes twice went back once.
    let twice = [larger.clone(), larger];
    assert_eq!(posts(&driven.handle(page(&asked(&requests), &twice, 2, None), at(13))), 1);
}

#[test]
fn f28_a_list_that_promises_more_than_it_shows_proves_nothing() {
    let mut driven = unknown(1_000);
    let requests = driven.handle(Input::Timeout, at(700));
    assert_eq!(posts(&driven.handle(page(&asked(&requests), &[], 1, None), at(700))), 0);
    let blocked = Alert::RefundBlocked { reference: name("r1") };
    assert!(driven.payment.alerts().contains(&blocked));
    // One that failed does not end it either: another may stand where nothing could be read.
    let failed = [made("rfnd_test_a", Some("r1"), 1_000, "failed")];
    let requests = driven.handle(Input::Timeout, at(1_400));
    let second = driven.handle(page(&asked(&requests), &failed, 2, None), at(1_400));
    driven.handle(page(&asked(&second), &[], 2, None), at(1_400));
    assert_eq!(*state(&driven, "r1"), RefundState::Searching);

    // A list without an end is given up.
    let mut driven = unknown(1_000);
    let mut requests = driven.handle(Input::Timeout, at(700));
    for number in 0_u32.. {
        let page = page(&asked(&requests), &hundred(number), 5_000, None);
        requests = driven.handle(page, at(700));
        assert_eq!(posts(&requests), 0);
        if requests.is_empty() {
            assert_eq!(number, 9);
            break;
        }
    }
}

fn hundred(page: u32) -> Vec<Value> {
    let id = |number| format!("rfnd_test_{page}x{number}");
    (0..100).map(|number| made(&id(number), None, 1, "failed")).collect()
}

#[test]
fn f15_f18_a_clock_that_is_set_repeats_no_refund() {
    // Ten minutes by this clock, one second by the service's.
    let mut driven = unknown(1_000);
    for (now, truly) in [(70, 70), (671, 71), (2_000, 80), (90_000, 669)] {
        let requests = driven.handle(Input::Timeout, at(now));
        let page = page(&asked(&requests), &[], 0, Some(at(truly)));
        assert_eq!(posts(&driven.handle(page, at(now))), 0, "{now}");
    }
    let mut driven = unknown(1_000);
    for (now, truly, expected) in [(671, 71, 0), (1_300, 670, 0), (1_301, 671, 1)] {
        let requests = driven.handle(Input::Timeout, at(now));
        let page = page(&asked(&requests), &[], 0, Some(at(truly)));
        assert_eq!(posts(&driven.handle(page, at(now))), expected, "{now}");
    }
    // A clock that stands still is none: then a person is asked.
    let mut driven = unknown(1_000);
    let unresolved = Alert::RefundUnresolved { reference: name("r1") };
    for now in [71, 300, 671, 969, 970, 90_000] {
        let requests = driven.handle(Input::Timeout, at(now));
        let page = page(&asked(&requests), &[], 0, Some(at(0)));
        assert_eq!(posts(&driven.handle(page, at(now))), 0, "{now}");
        assert_eq!(driven.payment.alerts().contains(&unresolved), now >= 970, "{now}");
    }
}

#[test]
fn f21_a_refund_that_met_too_many_requests_is_looked_for() {
    for trouble in [RequestFailure::RateLimited, refused(ErrorCode::TooManyRequests)] {
        let mut driven = requested(1_000, LateRefund::Reject);
        driven.handle(answered("r1", Err(trouble)), at(11));
        assert_eq!(*state(&driven, "r1"), RefundState::Searching);
        assert_eq!(wait(&mut driven, at(600), &[]), 0);
        assert_eq!(wait(&mut driven, at(1_000), &[]), 1);
    }
}

#[test]
fn f21_a_refund_rejected_for_the_key_is_requested_ever_slower() {
    let mut driven = requested(1_000, LateRefund::Forward);
    let (mut count, mut number) = (0, 1);
    for _ in 0..200 {
        let no = Err(refused(ErrorCode::NotAuthorized));
        driven.handle(answered_of("r1", number, no), now(&driven));
        let until = now(&driven);
        if until > at(86_400) {
            break;
        }
        let asked = wait(&mut driven, until, &[]);
        (count, number) = (count + asked, number + u32::try_from(asked).expect("few"));
    }
    assert!((20..60).contains(&count), "{count} requests in a day");
    let told = driven.events.iter().filter(|event| matches!(event, PaymentEvent::Alert { .. }));
    assert_eq!(told.count(), 3, "the key, that it takes long, and that it is late");
}

fn now(driven: &Driven) -> Timestamp {
    match driven.deadline {
        kakaopay_flows::Deadline::At(at) => at,
        kakaopay_flows::Deadline::Never => panic!("it sleeps"),
    }
}

#[test]
fn a_second_request_that_fails_does_not_speak_for_the_first() {
    let mut driven = unknown(1_000);
    assert_eq!(wait(&mut driven, at(700), &[]), 1);
    // The first may have been made: only the list says.
    let requests =
        driven.handle(answered_of("r1", 2, Ok(made("rfnd_test_b", Some("r1"), 1_000, "failed"))), at(701));
    assert_eq!(*state(&driven, "r1"), RefundState::Searching);
    let both =
        [made("rfnd_test_b", Some("r1"), 1_000, "failed"), made("rfnd_test_a", Some("r1"), 1_000, "closed")];
    driven.handle(whole(&requests, &both), at(702));
    assert!(
        matches!(state(&driven, "r1"), RefundState::Completed { refund, .. } if refund.as_str() == "rfnd_test_a")
    );
}

#[test]
fn f16_without_a_time_of_payment_the_window_counts_from_when_it_was_known() {
    let mut driven = paid(&[("paid_at", Value::Null)]);
    let late = order("r1", 1, LateRefund::Reject);
    assert!(matches!(driven.refund(&late, at(144_000)), Err(RefundError::WindowClosed { .. })));
    assert!(driven.refund(&late, at(60)).is_ok());
}

#[test]
fn i8_a_refund_that_takes_too_long_raises_an_alert() {
    // Nobody answers.
    let mut driven = paid(&[]);
    driven.refund(&order("r1", 1_000, LateRefund::Reject), at(10)).expect("a refund");
    let overdue = Alert::RefundOverdue { reference: name("r1") };
    for (seconds, told) in [(3_609, false), (3_610, true)] {
        driven.handle(Input::Timeout, at(seconds));
        assert_eq!(driven.payment.alerts().contains(&overdue), told, "{seconds}");
    }
    // The service does not decide.
    let mut driven = requested(1_000, LateRefund::Reject);
    driven.handle(answered("r1", Ok(made("rfnd_test_a", Some("r1"), 1_000, "pending"))), at(11));
    for (seconds, told) in [(86_409, false), (86_410, true)] {
        driven.handle(Input::Timeout, at(seconds));
        assert_eq!(driven.payment.alerts().contains(&overdue), told, "{seconds}");
    }
}

/// F18, I5: a refund whose response is always lost is requested three times, and then raises an alert.
#[test]
fn f18_i5_a_refund_always_lost_is_requested_three_times() {
    let mut driven = unknown(50_000);
    // Long after, and still before the window closes.
    assert_eq!(wait(&mut driven, at(6 * 3_600), &[]), 2);
    assert!(driven.payment.alerts().contains(&Alert::RefundUnresolved { reference: name("r1") }));
}
