//! Payments that cannot go on by themselves: alerts are raised, in time and again, and it goes on when a person
//! resumes it.

use std::num::NonZeroU32;

use kakaopay_flows::{
    Alert, ApiMisuse, ChargeSearch, Deadline, Evidence, Input, Payment, PaymentEvent, Request,
    RequestFailure, Response, Stage, State,
};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{ApiError, Charge, ChargeId, ErrorCode, EventKey, List, decode};
use serde_json::{Value, json};

fn opened() -> Driven {
    Driven::open(Order::one_call().intent, start()).0
}

fn charge(attempt: u32, changes: &[(&'static str, Value)]) -> Box<Charge> {
    Box::new(Order::one_call().charge(attempt, changes))
}

fn created(result: Result<Box<Charge>, RequestFailure>) -> Input {
    Input::Response(Response::Charge { attempt: NonZeroU32::MIN, result })
}

fn read(charge: Box<Charge>) -> Input {
    read_as(charge.id.clone(), Ok(charge))
}

fn read_as(charge: ChargeId, result: Result<Box<Charge>, RequestFailure>) -> Input {
    Input::Response(Response::Read { charge, after_seq: 0, served_at: None, result })
}

fn refused(code: ErrorCode) -> RequestFailure {
    RequestFailure::Rejected(ApiError::new(code, "no"))
}

fn looked_up(requests: &[Request]) -> ChargeSearch {
    match requests {
        [Request::FindCharge(look_up), ..] => look_up.clone(),
        other => panic!("no look-up: {other:?}"),
    }
}

fn page(request: &ChargeSearch, data: &[Value], total: usize) -> Input {
    let offset = request.list.page.offset;
    let list = json!({"object": "list", "data": data, "limit": 100, "offset": offset, "total": total});
    let list: List<Charge> = decode::from_value(list).expect("a list");
    Input::Response(Response::FindCharge {
        request: request.clone(),
        served_at: None,
        result: Ok(Box::new(list)),
    })
}

fn json_of(charge: &Charge) -> Value {
    serde_json::to_value(charge).expect("JSON")
}

/// A payment whose creation went unanswered.
fn unanswered() -> Driven {
    let mut driven = opened();
    driven.handle(created(Err(RequestFailure::OutcomeUnknown)), at(60));
    driven
}

/// The same, whose first look-up found nothing.
fn not_listed() -> Driven {
    let mut driven = unanswered();
    let requests = driven.handle(Input::Timeout, at(60));
    driven.handle(page(&looked_up(&requests), &[], 0), at(60));
    driven
}

fn stage(driven: &Driven) -> Option<Stage> {
    match driven.state() {
        State::Creating(creating) => Some(creating.stage),
        _ => None,
    }
}

fn told(driven: &Driven) -> Vec<String> {
    let alerts = driven.events.iter().filter(|event| matches!(event, PaymentEvent::Alert { .. }));
    alerts.map(PaymentEvent::key).map(|key| key.replacen("order-345678/alert/", "", 1)).collect()
}

#[test]
fn f10_a_charge_that_differs_stops_only_when_its_own_is_nowhere() {
    // One of the other mode is not the order's, whatever it names.
    let live = json_of(&charge(1, &[("id", json!("chrg_5w4415netlwqpc54tyg"))]));
    let mut driven = not_listed();
    let requests = driven.handle(Input::Timeout, at(200));
    let requests = driven.handle(page(&looked_up(&requests), &[live], 1), at(200));
    assert!(matches!(requests[..], [Request::CreateCharge(_)]), "{requests:?}");

    // One that differs stands on the first page, its own on the second.
    let differs = json_of(&charge(1, &[("id", json!("chrg_test_other")), ("amount", json!(1))]));
    let own = json_of(&charge(1, &[]));
    let mut driven = unanswered();
    let requests = driven.handle(Input::Timeout, at(61));
    let requests = driven.handle(page(&looked_up(&requests), std::slice::from_ref(&differs), 2), at(61));
    driven.handle(page(&looked_up(&requests), &[own], 2), at(61));
    assert!(matches!(driven.state(), State::Pending(_)));
    assert_eq!(told(&driven), ["mismatch/chrg_test_other/amount"]);

    // Its own is nowhere: it would be made just so again.
    let mut driven = unanswered();
    let requests = driven.handle(Input::Timeout, at(61));
    let requests = driven.handle(page(&looked_up(&requests), &[differs], 2), at(61));
    driven.handle(page(&looked_up(&requests), &[], 1), at(61));
    assert_eq!(stage(&driven), Some(Stage::Blocked));
}

#[test]
fn f51_a_later_attempt_of_a_lost_journal_becomes_its_own() {
    // The journal was lost behind the first attempt: the buyer was redirected to the second, if to any.
    let first = json_of(&charge(1, &[("id", json!("chrg_test_first"))]));
    let later = json_of(&charge(2, &[]));
    for listed in [vec![first.clone(), later.clone()], vec![later.clone(), first], vec![later]] {
        let mut driven = unanswered();
        let requests = driven.handle(Input::Timeout, at(61));
        driven.handle(page(&looked_up(&requests), &listed, listed.len()), at(61));
        let State::Pending(pending) = driven.state() else { panic!("{:?}", driven.state()) };
        assert_eq!((pending.charge.as_str(), pending.attempt.get()), ("chrg_test_5w4415netlwqpc54tyg", 2));
        assert_eq!((driven.redirects.len(), driven.payment.duplicate_charges().len()), (1, listed.len() - 1));
        assert_eq!(told(&driven), [""; 0]);
        // The first is looked for on: it may be paid, too.
        assert!(matches!(driven.handle(Input::Refresh, at(62))[..], [_, .., Request::FindCharge(_)]));
    }
    // It differs from the order, or the response to the first creation names it: a person must look at it.
    let mut driven = unanswered();
    let requests = driven.handle(Input::Timeout, at(61));
    let differs = json_of(&charge(2, &[("amount", json!(1))]));
    driven.handle(page(&looked_up(&requests), &[differs], 1), at(61));
    assert_eq!(stage(&driven), Some(Stage::Blocked));
    let mut driven = opened();
    driven.handle(created(Ok(charge(2, &[]))), at(1));
    assert_eq!(stage(&driven), Some(Stage::Blocked));
}

#[test]
fn f51_an_older_store_looks_for_the_charge_before_it_sends_what_it_has_as_unsent() {
    let (separate, _) = Driven::open(Order::two_calls().intent, start());
    let mut not_sent = opened();
    not_sent.handle(created(Err(RequestFailure::NotSent)), at(1));
    for driven in [separate, not_sent] {
        assert!(driven.payment.is_unsent());
        assert!(driven.payment.is_older_than(&charge(1, &[])));
        // Staff may restore a store at any time: each hint leads to the charge, and no request leaves before.
        let id = charge(1, &[]).id;
        let webhook = Evidence::Webhook { key: EventKey::ChargeComplete, charge: id };
        let requests = driven.clone().handle(Input::Evidence(webhook), at(5));
        assert!(matches!(requests[..], [Request::RetrieveCharge(_)]), "{requests:?}");
        for found in [vec![json_of(&charge(1, &[]))], vec![]] {
            let mut driven = driven.clone();
            let requests = driven.handle(Input::StoreIsOlder, at(10));
            assert!(!driven.payment.is_unsent());
            driven.handle(page(&looked_up(&requests), &found, found.len()), at(10));
            if found.is_empty() {
                assert_eq!(stage(&driven), Some(Stage::Searching));
                let requests = driven.handle(Input::Timeout, at(120));
                let requests = driven.handle(page(&looked_up(&requests), &[], 0), at(120));
                assert!(
                    matches!(&requests[..], [Request::CreateCharge(create)] if create.metadata.reference.number().get() == 2)
                );
            } else {
                assert!(matches!(driven.state(), State::Pending(_)));
            }
        }
    }
    // What was sent is looked for anyway.
    let mut driven = opened();
    assert!(!driven.payment.is_older_than(&charge(1, &[])) && driven.payment.is_older_than(&charge(2, &[])));
    assert_eq!(driven.handle(Input::StoreIsOlder, at(1)), []);
}

#[test]
fn a_key_that_is_accepted_again_closes_its_alert() {
    let expired = || RequestFailure::Rejected(ApiError::new(ErrorCode::KeyExpired, "no"));
    let read = |driven: &mut Driven, result| {
        let charge = charge(1, &[]).id;
        driven.handle(read_as(charge, result), at(100))
    };
    let is_open = |driven: &Driven| {
        driven.payment.alerts().iter().any(|alert| matches!(alert, Alert::KeyRefused { .. }))
    };
    let mut driven = opened();
    driven.handle(created(Ok(charge(1, &[]))), at(1));
    read(&mut driven, Err(expired()));
    assert!(is_open(&driven));
    // It is still pending.
    read(&mut driven, Ok(charge(1, &[])));
    assert!(matches!(driven.state(), State::Pending(_)) && !is_open(&driven));
    read(&mut driven, Err(expired()));
    assert_eq!(told(&driven), ["key_refused/key_expired_error", "key_refused/key_expired_error/2"]);

    // An account that may read, and may not create: each request is rejected again.
    let mut driven = opened();
    driven.handle(created(Err(refused(ErrorCode::NotAuthorized))), at(1));
    read(&mut driven, Err(expired()));
    let before = driven.payment.seq();
    read(&mut driven, Err(RequestFailure::Rejected(ApiError::new(ErrorCode::NotFound, "no"))));
    assert!(is_open(&driven) && driven.payment.seq() == before);
}

#[test]
fn an_alert_is_raised_again_while_its_cause_lasts() {
    let mut driven = opened();
    let wrong = || charge(1, &[("amount", json!(1))]);
    driven.handle(created(Ok(wrong())), at(1));
    assert_eq!(stage(&driven), Some(Stage::Blocked));
    // To look is not to go on.
    let requests = driven.handle(Input::Refresh, at(10));
    driven.handle(page(&looked_up(&requests), &[json_of(&wrong())], 1), at(10));
    assert_eq!((stage(&driven), told(&driven).len()), (Some(Stage::Blocked), 1));
    for time in 2..4 {
        let requests = driven.handle(Input::Resume, at(20));
        assert!(driven.payment.alerts().is_empty());
        driven.handle(page(&looked_up(&requests), &[json_of(&wrong())], 1), at(20));
        assert_eq!(stage(&driven), Some(Stage::Blocked));
        assert_eq!(
            told(&driven).pop(),
            Some(format!("mismatch/chrg_test_5w4415netlwqpc54tyg/amount/{time}"))
        );
    }
    // It was put right.
    let requests = driven.handle(Input::Resume, at(30));
    driven.handle(page(&looked_up(&requests), &[json_of(&charge(1, &[]))], 1), at(30));
    assert!(matches!(driven.state(), State::Pending(_)));
    assert_eq!(driven.redirects.len(), 1);
}

#[test]
fn a_key_that_was_put_right_is_used_at_once() {
    let mut driven = opened();
    let expired = || created(Err(refused(ErrorCode::KeyExpired)));
    driven.handle(expired(), at(1));
    assert_eq!(driven.handle(Input::Refresh, at(5_000)), []);
    assert!(matches!(driven.handle(Input::Resume, at(5_000))[..], [Request::CreateCharge(_)]));
    // Broken again, it is told again.
    driven.handle(expired(), at(5_001));
    assert_eq!(told(&driven), ["key_refused/key_expired_error", "key_refused/key_expired_error/2"]);
    driven.handle(Input::Timeout, at(5_100));
    driven.handle(created(Ok(charge(1, &[]))), at(5_101));
    assert!(driven.payment.alerts().iter().all(|alert| *alert == Alert::Overdue));

    let (mut driven, _) = Driven::open(Order::two_calls().intent, start());
    driven.handle(Input::Response(Response::Source(Err(refused(ErrorCode::KeyExpired)))), at(1));
    assert!(matches!(driven.handle(Input::Resume, at(2))[..], [Request::CreateSource(_)]));
}

#[test]
fn after_the_last_attempt_a_person_may_ask_for_more() {
    let mut driven = unanswered();
    let mut now = 60;
    let mut attempts = |driven: &mut Driven| {
        let mut made = 0;
        for _ in 0..20 {
            now += 200;
            let requests = driven.handle(Input::Timeout, at(now));
            let requests = driven.handle(page(&looked_up(&requests), &[], 0), at(now));
            if let [Request::CreateCharge(create)] = &requests[..] {
                made += 1;
                let attempt = create.metadata.reference.number();
                let unknown = Response::Charge { attempt, result: Err(RequestFailure::OutcomeUnknown) };
                driven.handle(Input::Response(unknown), at(now));
            }
        }
        made
    };
    assert_eq!(attempts(&mut driven), 4);
    assert_eq!(told(&driven), ["attempts/5"]);
    driven.handle(Input::Resume, at(10_000));
    assert_eq!(attempts(&mut driven), 5);
    assert_eq!(told(&driven), ["attempts/5", "attempts/10"]);
}

#[test]
fn f22_what_cannot_be_read_stops_an_order_for_a_while_only() {
    let broken = || json!({"object": "charge", "id": 7});
    let mut driven = unanswered();
    for (seconds, blocked) in [(200, true), (1_099, true), (1_100, false)] {
        let requests = driven.handle(Input::Timeout, at(seconds));
        let requests = driven.handle(page(&looked_up(&requests), &[broken()], 1), at(seconds));
        assert_eq!(requests.is_empty(), blocked, "{seconds}: {requests:?}");
    }
    assert_eq!(told(&driven), ["search_blocked"]);
    // So does a list that promises more than it shows.
    let mut driven = unanswered();
    for (seconds, blocked) in [(200, true), (1_099, true), (1_100, false)] {
        let requests = driven.handle(Input::Timeout, at(seconds));
        let requests = driven.handle(page(&looked_up(&requests), &[], 1), at(seconds));
        assert_eq!(requests.is_empty(), blocked, "{seconds}: {requests:?}");
    }
}

#[test]
fn a_charge_unknown_to_the_service_raises_an_alert() {
    let mut driven = opened();
    let own = charge(1, &[]);
    driven.handle(created(Ok(own.clone())), at(1));
    let missing = |id: &str| read_as(ChargeId::parse(id).expect("an id"), Err(refused(ErrorCode::NotFound)));
    driven.handle(missing("chrg_test_forged"), at(2));
    assert_eq!(told(&driven), [""; 0]);
    driven.handle(missing(own.id.as_str()), at(3));
    assert_eq!(told(&driven), ["charge_not_found/chrg_test_5w4415netlwqpc54tyg"]);
    assert!(matches!(driven.state(), State::Pending(_)));
}

#[test]
fn i8_a_payment_that_takes_too_long_raises_an_alert() {
    // The request is never taken.
    for (mut driven, never) in [
        (opened(), created(Err(RequestFailure::NotSent))),
        (
            Driven::open(Order::two_calls().intent, start()).0,
            Input::Response(Response::Source(Err(RequestFailure::OutcomeUnknown))),
        ),
    ] {
        for (seconds, count) in [(899, 0), (900, 1), (5_000, 1)] {
            driven.handle(never.clone(), at(1));
            driven.handle(Input::Timeout, at(seconds));
            assert_eq!(told(&driven).len(), count, "{seconds}");
        }
        assert_eq!(told(&driven), ["overdue"]);
    }
    // The charge is never ended: it expires after a week, and two days later that is odd.
    for changes in [vec![], vec![("expires_at", Value::Null)]] {
        let mut driven = opened();
        driven.handle(created(Ok(charge(1, &changes))), at(0));
        for (seconds, count) in [(9 * 86_400 - 1, 0), (9 * 86_400, 1)] {
            driven.handle(Input::Timeout, at(seconds));
            assert_eq!(told(&driven).len(), count, "{seconds}");
        }
    }
}

#[test]
fn a_source_that_is_not_made_is_requested_ever_slower() {
    let (mut driven, _) = Driven::open(Order::two_calls().intent, start());
    let mut asked = 0;
    while let Deadline::At(now) = driven.deadline {
        if now > at(86_400) {
            break;
        }
        asked += driven.handle(Input::Timeout, now).len();
        driven.handle(Input::Response(Response::Source(Err(RequestFailure::OutcomeUnknown))), now);
    }
    assert!((25..60).contains(&asked), "{asked} sources in a day");
}

#[test]
fn f15_a_clock_that_is_set_back_begins_no_plan_in_its_future() {
    let mut driven = opened();
    driven.handle(created(Ok(charge(1, &[]))), at(0));
    driven.handle(Input::Timeout, at(-86_400));
    assert_eq!(driven.deadline, Deadline::At(at(-86_400 + 300)));
    driven.handle(Input::Timeout, at(-3_599));
    assert_eq!(driven.deadline, Deadline::At(at(-3_599 + 60)));
    // A little is no setting back.
    driven.handle(Input::Timeout, at(-5));
    assert!(matches!(driven.deadline, Deadline::At(next) if next > at(0) && next < at(3)));
}

#[test]
fn an_unknown_status_does_not_stop_the_buyer() {
    let mut driven = opened();
    driven.handle(read(charge(1, &[("status", json!("reviewing"))])), at(1));
    assert_eq!(driven.redirects.len(), 1);
    driven.handle(read(charge(1, &[])), at(3));
    assert_eq!(driven.redirects.len(), 1);
    driven.handle(read(charge(1, &guide::ended("successful"))), at(30));
    assert!(matches!(driven.state(), State::Successful { .. }));
}

#[test]
fn i1_what_is_not_durable_is_not_shown() {
    let mut payment = opened().payment;
    let evidence = Input::Evidence(Evidence::Read(charge(1, &[])));
    payment.handle(evidence, at(1)).expect("the contract is kept");
    assert_eq!(payment.authorize_uri(), None);
    assert_eq!(payment.snapshot(), Err(ApiMisuse::NotAcknowledged { seq: 2 }));
    while payment.poll_output().is_some() {}
    payment.handle(Input::Persisted(2), at(1)).expect("the contract is kept");
    assert!(payment.authorize_uri().is_some());
    let snapshot = String::from_utf8(payment.snapshot().expect("all is durable")).expect("JSON");
    // A snapshot with a number that nothing can follow is damaged.
    let damaged = snapshot.replacen("\"seq\":2", &format!("\"seq\":{}", u64::MAX), 1);
    let next = [(3, b"{}".as_slice())];
    assert!(Payment::restore(damaged.as_bytes(), next).is_err());
}
