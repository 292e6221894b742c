//! Repeated requests, and the later end of the first: of charges, and of refunds.

use std::num::NonZeroU32;

use kakaopay_flows::{
    Alert, ChargeSearch, Deadline, Input, LateReason, LateRefund, PaymentEvent, RefundError, RefundRequest,
    RefundSearch, RefundState, Request, RequestFailure, Response, Stage, State,
};
use kakaopay_pure_tests::order::{at, refund_names, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{ApiError, Charge, ErrorCode, List, Reference, Refund, RefundAmount, Timestamp, decode};
use serde_json::{Value, json};

const OWN: &str = "chrg_test_5w4415netlwqpc54tyg";

fn created(number: u32, result: Result<Charge, RequestFailure>) -> Input {
    let attempt = NonZeroU32::new(number).expect("from one");
    Input::Response(Response::Charge { attempt, result: result.map(Box::new) })
}

fn refused(code: ErrorCode) -> RequestFailure {
    RequestFailure::Rejected(ApiError::new(code, "no"))
}

fn first(status: &str) -> Charge {
    Order::one_call().charge(1, &guide::ended(status))
}

fn read(charge: Charge) -> Input {
    Input::Response(Response::Read {
        charge: charge.id.clone(),
        after_seq: 0,
        served_at: None,
        result: Ok(Box::new(charge)),
    })
}

fn looked_up(requests: &[Request]) -> ChargeSearch {
    let found = requests.iter().find_map(|request| match request {
        Request::FindCharge(look_up) => Some(look_up.clone()),
        _ => None,
    });
    found.expect("a look-up")
}

fn charges(requests: &[Request], data: &[&Charge]) -> Input {
    let request = looked_up(requests);
    let list = json!({"object": "list", "data": data, "limit": 100, "offset": 0, "total": data.len()});
    let list: List<Charge> = decode::from_value(list).expect("a list");
    Input::Response(Response::FindCharge { request, served_at: None, result: Ok(Box::new(list)) })
}

fn stage(driven: &Driven) -> Option<Stage> {
    match driven.state() {
        State::Creating(creating) => Some(creating.stage),
        _ => None,
    }
}

/// A payment whose first attempt was neither answered nor found, and whose second has been made.
fn second_attempt() -> Driven {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let requests = driven.handle(created(1, Err(RequestFailure::OutcomeUnknown)), at(10));
    driven.handle(charges(&requests, &[]), at(10));
    let requests = driven.handle(Input::Timeout, at(101));
    let requests = driven.handle(charges(&requests, &[]), at(101));
    assert!(matches!(requests[..], [Request::CreateCharge(_)]));
    driven
}

/// F10, I2: the service's no to the second attempt says nothing of the first.
#[test]
fn f10_i2_a_refusal_after_an_unknown_outcome_waits_for_a_look() {
    let no = || created(2, Err(refused(ErrorCode::InvalidCharge)));
    // The first is found: it is the order's, and can be paid.
    let mut driven = second_attempt();
    let requests = driven.handle(no(), at(102));
    assert_eq!((stage(&driven), driven.events.len()), (Some(Stage::Searching), 0));
    driven.handle(charges(&requests, &[&first("pending")]), at(103));
    assert!(matches!(driven.state(), State::Pending(_)) && driven.redirects.len() == 1);

    // It is not: then the service's no is told, and the first is searched for further on.
    let mut driven = second_attempt();
    let requests = driven.handle(no(), at(102));
    driven.handle(charges(&requests, &[]), at(102));
    for (seconds, ended) in [(191, false), (192, true)] {
        let requests = driven.handle(Input::Timeout, at(seconds));
        driven.handle(charges(&requests, &[]), at(seconds));
        assert_eq!(matches!(driven.state(), State::Refused { .. }), ended, "{seconds}");
    }
    let [PaymentEvent::Refused { code, .. }] = &driven.events[..] else { panic!("{:?}", driven.events) };
    assert_eq!(code, "invalid_charge");
    // It comes to light after all, and is watched until its end.
    let requests = driven.handle(Input::Timeout, at(300));
    driven.handle(charges(&requests, &[&first("pending")]), at(300));
    assert!(driven.payment.duplicate_charges().values().all(|other| other.end.is_none()));
    let requests = driven.handle(Input::Timeout, at(1_300));
    driven.handle(charges(&requests, &[&first("pending")]), at(1_300));
    driven.handle(read(first("expired")), at(1_301));
    assert_eq!(driven.deadline, Deadline::Never);
    assert_eq!(driven.events.len(), 1);
}

/// The first attempt is the only one, so that the service's no is the last word.
#[test]
fn a_refusal_of_the_only_attempt_ends_the_payment() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(created(1, Err(refused(ErrorCode::InvalidCharge))), at(10));
    assert!(matches!(driven.state(), State::Refused { .. }));
    assert_eq!(driven.deadline, Deadline::Never);
}

/// F10, F21: that the service has no time is no promise that it did nothing.
#[test]
fn f10_f21_too_many_requests_is_looked_up_like_any_unknown_outcome() {
    for trouble in [RequestFailure::RateLimited, refused(ErrorCode::TooManyRequests)] {
        let (mut driven, _) = Driven::open(Order::one_call().intent, start());
        let requests = driven.handle(created(1, Err(trouble)), at(1));
        assert_eq!(stage(&driven), Some(Stage::Searching));
        driven.handle(charges(&requests, &[&first("pending")]), at(2));
        assert_eq!((driven.redirects.len(), driven.state().name()), (1, "pending"));
    }
}

/// F10: a charge of an earlier attempt that has ended unpaid does not end the order, because the last
/// attempt may have one that the buyer can pay.
#[test]
fn f10_i6_an_earlier_attempts_end_is_not_the_orders() {
    for end in ["failed", "expired"] {
        let mut driven = second_attempt();
        driven.handle(read(first(end)), at(102));
        assert_eq!((stage(&driven), driven.events.len()), (Some(Stage::Charge), 0));
        let mut second = Order::one_call().charge(2, &[]);
        second.id = "chrg_test_second".parse().expect("an id");
        driven.handle(created(2, Ok(second)), at(103));
        assert_eq!((driven.redirects.len(), driven.state().name()), (1, "pending"));
    }
}

/// A key that is refused while duplicates are watched raises an alert, and so does a duplicate that does not end.
#[test]
fn i8_a_failure_to_watch_duplicates_raises_an_alert() {
    let mut driven = second_attempt();
    driven.handle(read(first("pending")), at(102));
    driven.handle(read(first("successful")), at(103));
    let mut second = Order::one_call().charge(2, &[]);
    second.id = "chrg_test_second".parse().expect("an id");
    driven.handle(created(2, Ok(second)), at(104));
    let requests = driven.handle(Input::Timeout, at(105));
    let troubled =
        |request: &Request| Input::Response(request.clone().into_failure(refused(ErrorCode::KeyExpired)));
    for request in &requests {
        driven.handle(troubled(request), at(105));
    }
    let key = Alert::KeyRefused { code: "key_expired_error".to_owned() };
    assert!(driven.payment.alerts().contains(&key));
    for (seconds, blocked) in [(102 + 86_399, false), (102 + 86_400, true)] {
        let lost = Request::FindCharge(looked_up(&driven.handle(Input::Timeout, at(seconds))));
        driven.handle(Input::Response(lost.into_failure(RequestFailure::OutcomeUnknown)), at(seconds));
        assert_eq!(driven.payment.alerts().contains(&Alert::SearchBlocked), blocked);
    }
    for (days, overdue) in [(8, false), (10, true)] {
        driven.handle(Input::Timeout, at(days * 86_400));
        assert_eq!(driven.payment.alerts().contains(&Alert::Overdue), overdue, "{days}");
    }
}

fn name(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

fn order(reference: &str, amount: i64) -> RefundRequest {
    let amount = RefundAmount::new(amount).expect("more than nothing");
    RefundRequest::new(name(reference), amount)
}

/// A refund at the service, perhaps under a name.
fn made(id: &str, reference: Option<&str>, status: &str) -> Value {
    let mut refund: Value = serde_json::from_str(include_str!("../../../data/refund.json")).expect("JSON");
    (refund["id"], refund["charge"], refund["amount"]) = (json!(id), json!(OWN), json!(1_000));
    refund["status"] = json!(status);
    refund["metadata"] = reference.map_or(json!({}), refund_names);
    refund
}

fn listed(requests: &[Request]) -> RefundSearch {
    let found = requests.iter().find_map(|request| match request {
        Request::ListRefunds(list) => Some(list.clone()),
        _ => None,
    });
    found.expect("a list")
}

fn refunds(requests: &[Request], data: &[Value], now: Timestamp) -> Input {
    let list =
        json!({"object": "list", "data": data, "limit": 100, "offset": 0, "total": data.len(), "to": now});
    let list: List<Refund> = decode::from_value(list).expect("a list");
    Input::Response(Response::Refunds {
        request: listed(requests),
        served_at: None,
        result: Ok(Box::new(list)),
    })
}

fn answered(number: u32, result: Result<Value, RequestFailure>) -> Input {
    let result = result.map(|refund| Box::new(decode::from_value(refund).expect("a refund")));
    Input::Response(Response::Refund { reference: name("r1"), number, result })
}

/// The numbers of the refunds that are asked for.
fn asked(requests: &[Request]) -> Vec<u32> {
    let numbers = requests.iter().filter_map(|request| match request {
        Request::CreateRefund { number, .. } => Some(*number),
        _ => None,
    });
    numbers.collect()
}

fn state(driven: &Driven) -> &RefundState {
    driven.payment.refunds()[&name("r1")].state()
}

/// A refund whose first request has left.
fn requested() -> Driven {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(read(first("successful")), at(1));
    let requests = driven.refund(&order("r1", 1_000), at(10)).expect("a refund");
    assert_eq!(asked(&driven.handle(refunds(&requests, &[], at(10)), at(10))), [1_u32]);
    driven
}

/// One whose first request was neither answered nor found, and whose second has left.
fn requested_again() -> Driven {
    let mut driven = requested();
    let requests = driven.handle(answered(1, Err(RequestFailure::OutcomeUnknown)), at(70));
    driven.handle(refunds(&requests, &[], at(71)), at(71));
    let requests = driven.handle(Input::Timeout, at(700));
    assert_eq!(asked(&driven.handle(refunds(&requests, &[], at(700)), at(700))), [2_u32]);
    driven
}

/// F18: a person who answers another question has not said that the refund may be asked for again.
#[test]
fn f18_i5_going_on_is_about_what_was_asked() {
    let mut driven = requested();
    let requests = driven.handle(answered(1, Err(RequestFailure::OutcomeUnknown)), at(70));
    // The refund, whose name the service has lost.
    let nameless = [made("rfnd_test_a", None, "closed")];
    driven.handle(refunds(&requests, &nameless, at(71)), at(71));
    // It may be the own one, so nothing is said about it yet.
    assert!(!driven.events.iter().any(|event| matches!(event, PaymentEvent::RefundedElsewhere { .. })));
    driven.handle(Input::Resume, at(80));
    for seconds in [700, 2_000, 40_000] {
        let requests = driven.handle(Input::Timeout, at(seconds));
        let requests = driven.handle(refunds(&requests, &nameless, at(seconds)), at(seconds));
        assert!(asked(&requests).is_empty(), "{seconds}");
    }
    // Now that is asked, and answered.
    assert!(driven.payment.alerts().contains(&Alert::RefundUnresolved { reference: name("r1") }));
}

/// F18, F40: evidence of an earlier request, late or repeated, does not speak for the one under way.
#[test]
fn f18_f40_an_earlier_requests_trouble_is_old_news() {
    for trouble in [RequestFailure::NotSent, RequestFailure::OutcomeUnknown, refused(ErrorCode::FailedRefund)]
    {
        let mut driven = requested_again();
        let requests = driven.handle(answered(1, Err(trouble)), at(710));
        assert_eq!((requests, state(&driven)), (vec![], &RefundState::Requested));
    }
    // That the first was made is news, whenever it comes.
    let mut driven = requested_again();
    driven.handle(answered(1, Ok(made("rfnd_test_a", Some("r1"), "closed"))), at(710));
    assert!(matches!(state(&driven), RefundState::Completed { .. }));

    // The answer that nothing was sent, heard twice, with a second request in between.
    let mut driven = requested();
    driven.handle(answered(1, Err(RequestFailure::NotSent)), at(11));
    let requests = driven.handle(Input::Timeout, at(20));
    assert_eq!(asked(&driven.handle(refunds(&requests, &[], at(20)), at(20))), [2_u32]);
    driven.handle(answered(1, Err(RequestFailure::NotSent)), at(21));
    assert_eq!(*state(&driven), RefundState::Requested);
}

/// I5, I6: a refund of which two may exist has not failed because one has.
#[test]
fn f18_i6_one_that_failed_does_not_speak_for_another() {
    let failed = [made("rfnd_test_a", Some("r1"), "failed")];
    // The first has failed, and the second is under way.
    let mut driven = requested_again();
    let requests = driven.handle(Input::Refresh, at(710));
    // A request that is under way is not looked for; a webhook makes it look all the same.
    assert!(!requests.iter().any(|request| matches!(request, Request::ListRefunds(_))));
    let charge = OWN.parse().expect("an id");
    let hook = kakaopay_flows::Evidence::Webhook { key: kakaopay_types::EventKey::RefundCreate, charge };
    let requests = driven.handle(Input::Evidence(hook), at(710));
    driven.handle(refunds(&requests, &failed, at(710)), at(710));
    assert_eq!(*state(&driven), RefundState::Requested);
    driven.handle(answered(2, Ok(made("rfnd_test_b", Some("r1"), "closed"))), at(711));
    assert!(matches!(state(&driven), RefundState::Completed { .. }));

    // The answer comes before or after it was missed, and leads to the same.
    for late in [false, true] {
        let mut driven = requested_again();
        if late {
            driven.handle(Input::Timeout, at(775));
        }
        driven.handle(answered(2, Ok(failed[0].clone())), at(776));
        assert_eq!(*state(&driven), RefundState::Searching, "{late}");
        // The list has nothing else until nothing else can come: then it has failed.
        for (seconds, ended) in [(800, false), (1_300, false), (1_500, true)] {
            let requests = driven.handle(Input::Timeout, at(seconds));
            driven.handle(refunds(&requests, &failed, at(seconds)), at(seconds));
            assert_eq!(matches!(state(&driven), RefundState::Failed { .. }), ended, "{late} {seconds}");
        }
    }

    // What was undecided fails, while the second may have been made.
    let mut driven = requested_again();
    driven.handle(answered(1, Ok(made("rfnd_test_a", Some("r1"), "pending"))), at(701));
    let requests = driven.handle(Input::Timeout, at(800));
    driven.handle(refunds(&requests, &failed, at(800)), at(800));
    assert_eq!(*state(&driven), RefundState::Searching);
}

/// I5: a reference names one refund, with all that was said of it.
#[test]
fn i5_a_refund_is_not_changed_by_asking_again() {
    let mut driven = requested();
    assert_eq!(driven.refund(&order("r1", 1_000), at(12)), Ok(vec![]));
    let void = order("r1", 1_000).void(true);
    let late = order("r1", 1_000).late_refund(LateRefund::Forward);
    for other in [order("r1", 1_001), void, late] {
        assert_eq!(driven.refund(&other, at(12)), Err(RefundError::ReferenceConflict));
    }
}

/// F15: an answer that left by a clock that has been set back since is late.
#[test]
fn f15_a_clock_set_back_makes_a_response_late() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let requests = driven.handle(Input::Timeout, at(-86_400));
    assert_eq!(stage(&driven), Some(Stage::Searching));
    driven.handle(charges(&requests, &[&first("pending")]), at(-86_399));
    assert_eq!(driven.redirects.len(), 1);

    let mut driven = requested();
    driven.handle(Input::Timeout, at(10 - 86_400));
    assert_eq!(*state(&driven), RefundState::Searching);
    // A little is no setting back.
    let mut driven = requested();
    driven.handle(Input::Timeout, at(10 - 300));
    assert_eq!(*state(&driven), RefundState::Requested);
}

/// I4: a paid charge that names the order and differs from it is late money.
#[test]
fn i4_a_paid_duplicate_is_late_money_beside_the_own_charge() {
    for (status, told) in [("successful", true), ("failed", false)] {
        let (mut driven, _) = Driven::open(Order::one_call().intent, start());
        let requests = driven.handle(created(1, Err(RequestFailure::OutcomeUnknown)), at(1));
        let mut changes = guide::ended(status);
        changes.extend([("id", json!("chrg_test_stranger")), ("amount", json!(1))]);
        let stranger = Order::one_call().charge(1, &changes);
        driven.handle(charges(&requests, &[&stranger]), at(1));
        assert_eq!(stage(&driven), Some(Stage::Blocked));
        driven.handle(read(stranger.clone()), at(2));
        let requests = driven.handle(Input::Resume, at(3));
        let own = Order::one_call().charge(1, &[]);
        driven.handle(charges(&requests, &[&own]), at(3));
        assert_eq!(driven.state().charge().map(|own| own.charge.as_str()), Some(OWN));
        let late = driven.payment.late_charges().get(&stranger.id).map(|late| late.why);
        assert_eq!(late, told.then_some(LateReason::Mismatch), "{status}");
    }
}
