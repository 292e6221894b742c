//! The payment machine, case by case, where it matters to the second.

use std::num::NonZeroU32;

use kakaopay_flows::{
    Alert, ChargeSearch, Deadline, Evidence, Input, LateReason, PaymentEvent, Request, RequestFailure,
    Response, Stage, State,
};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::endpoint::{ChargeSource, CreateCharge};
use kakaopay_types::{ApiError, Charge, ErrorCode, EventKey, List, SourceId, decode};
use serde_json::{Value, json};

fn attempt(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("from one")
}

fn creation(number: u32, result: Result<Charge, RequestFailure>) -> Input {
    Input::Response(Response::Charge { attempt: attempt(number), result: result.map(Box::new) })
}

fn read(charge: Charge) -> Input {
    Input::Response(Response::Read {
        charge: charge.id.clone(),
        after_seq: 0,
        served_at: None,
        result: Ok(Box::new(charge)),
    })
}

fn page(request: &ChargeSearch, data: &[Value], total: usize) -> Input {
    let list = json!({
        "object": "list", "data": data, "limit": 100, "offset": request.list.page.offset, "total": total,
    });
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

#[track_caller]
fn only_look_up(requests: &[Request]) -> ChargeSearch {
    match requests {
        [Request::FindCharge(look_up)] => look_up.clone(),
        other => panic!("no look-up: {other:?}"),
    }
}

#[track_caller]
fn only_creation(requests: &[Request]) -> CreateCharge {
    match requests {
        [Request::CreateCharge(create)] => create.clone(),
        other => panic!("no creation: {other:?}"),
    }
}

#[track_caller]
fn stage(driven: &Driven) -> Stage {
    match driven.state() {
        State::Creating(creating) => creating.stage,
        other => panic!("not creating: {other:?}"),
    }
}

/// The same, whose first look-up found nothing.
fn not_listed() -> Driven {
    let (mut driven, look_up) = unanswered();
    assert!(driven.handle(page(&look_up, &[], 0), at(60)).is_empty());
    driven
}

/// A payment whose creation went unanswered, and its first look-up.
fn unanswered() -> (Driven, ChargeSearch) {
    let (mut driven, requests) = Driven::open(Order::one_call().intent, start());
    only_creation(&requests);
    let requests = driven.handle(creation(1, Err(RequestFailure::OutcomeUnknown)), at(60));
    assert_eq!(stage(&driven), Stage::Searching);
    (driven, only_look_up(&requests))
}

#[test]
fn the_source_comes_before_the_charge() {
    let (mut driven, requests) = Driven::open(Order::two_calls().intent, start());
    assert!(matches!(requests.as_slice(), [Request::CreateSource(_)]));
    let requests = driven.handle(Input::Response(Response::Source(Ok(Box::new(guide::source())))), at(1));
    assert_eq!(only_creation(&requests).source, ChargeSource::Existing(guide::source().id));
    // A source moves no money: when it is not answered, another is made.
    let (mut driven, _) = Driven::open(Order::two_calls().intent, start());
    assert!(
        driven
            .handle(Input::Response(Response::Source(Err(RequestFailure::OutcomeUnknown))), at(60))
            .is_empty()
    );
    assert!(matches!(driven.handle(Input::Timeout, at(70)).as_slice(), [Request::CreateSource(_)]));
}

#[test]
fn a_source_that_the_buyer_made_is_charged() {
    let id = SourceId::parse("src_test_5w4415ken4foy3yfgk4").expect("an id");
    let order = Order::new(kakaopay_flows::SourceMode::Existing(id.clone()));
    let (_, requests) = Driven::open(order.intent, start());
    assert_eq!(only_creation(&requests).source, ChargeSource::Existing(id));
}

#[test]
fn f11_silence_becomes_a_search_and_not_a_moment_before() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    assert_eq!(driven.deadline, Deadline::At(at(75)));
    assert!(driven.handle(Input::Timeout, at(74)).is_empty());
    assert_eq!((stage(&driven), driven.deadline), (Stage::Charge, Deadline::At(at(75))));
    let look_up = only_look_up(&driven.handle(Input::Timeout, at(75)));
    assert_eq!((look_up.list.page.from, look_up.list.page.to), (Some(at(-2 * 86_400)), None));
}

#[test]
fn what_was_not_sent_is_sent_again_as_the_same_attempt() {
    let (mut driven, first) = Driven::open(Order::one_call().intent, start());
    assert!(driven.handle(creation(1, Err(RequestFailure::NotSent)), at(1)).is_empty());
    assert_eq!(stage(&driven), Stage::NotSent);
    let Deadline::At(next) = driven.deadline else { panic!("no deadline") };
    assert!(next > at(1) && next < at(10), "{next}");
    assert_eq!(driven.handle(Input::Timeout, next), first);
}

#[test]
fn f10_a_new_attempt_waits_until_a_late_charge_can_no_longer_appear() {
    let (mut driven, first) = unanswered();
    // The first list was served at the 61st second, so that it must be looked for until the 151st.
    assert!(driven.handle(page(&first, &[], 0), at(61)).is_empty());
    let early = only_look_up(&driven.handle(Input::Timeout, at(149)));
    assert!(driven.handle(page(&early, &[], 0), at(150)).is_empty());
    assert_eq!(stage(&driven), Stage::Searching);
    let late = only_look_up(&driven.handle(Input::Timeout, at(150)));
    let create = only_creation(&driven.handle(page(&late, &[], 0), at(151)));
    assert_eq!(create.metadata.reference.to_string(), "order-345678/2");
    assert!(matches!(create.source, ChargeSource::New { .. }));
}

#[test]
fn f10_a_charge_that_is_found_is_adopted() {
    let (mut driven, look_up) = unanswered();
    let foreign = Order::one_call().charge(1, &[("metadata", json!({"kakaopay_reference": "order-1/1"}))]);
    let own = Order::one_call().charge(1, &[]);
    driven.handle(page(&look_up, &[json_of(&foreign), json_of(&own)], 2), at(61));
    assert!(matches!(driven.state(), State::Pending(pending) if pending.charge == own.id));
    assert_eq!(driven.redirects, [String::from(own.authorize_uri.expect("a page"))]);
}

#[test]
fn f10_the_first_attempts_charge_is_adopted_even_after_the_second_attempt() {
    let mut driven = not_listed();
    let late = only_look_up(&driven.handle(Input::Timeout, at(150)));
    only_creation(&driven.handle(page(&late, &[], 0), at(151)));
    // The first attempt's charge comes to light, and then the second one's answer.
    let first = Order::one_call().charge(1, &[]);
    driven.handle(read(first.clone()), at(152));
    let second = Order::one_call().charge(2, &[("id", json!("chrg_test_second"))]);
    assert!(driven.handle(creation(2, Ok(second.clone())), at(153)).is_empty());
    let others = driven.payment.duplicate_charges();
    assert!(others.get(&second.id).is_some_and(|other| other.end.is_none()) && others.len() == 1);
    // One link was handed out; should the other charge be paid all the same, it is late money.
    assert_eq!(driven.redirects.len(), 1);
    let mut paid = guide::ended("successful");
    paid.push(("id", json!("chrg_test_second")));
    driven.handle(read(Order::one_call().charge(2, &paid)), at(154));
    let late = driven.payment.late_charges().get(&second.id).expect("late money");
    assert_eq!((late.attempt.get(), late.why), (2, LateReason::Duplicate));
    assert!(driven.payment.alerts().is_empty());
    assert!(matches!(driven.state(), State::Pending(_)));
}

#[test]
fn f28_a_list_that_lies_proves_nothing() {
    let foreign = json_of(&Order::one_call().charge(1, &[("metadata", json!({}))]));
    let full: Vec<_> = std::iter::repeat_n(foreign, 100).collect();
    // A full page has another behind it, though the total denies it.
    let mut driven = not_listed();
    let late = only_look_up(&driven.handle(Input::Timeout, at(150)));
    let next = only_look_up(&driven.handle(page(&late, &full, 100), at(151)));
    assert_eq!(next.list.page.offset, 100);
    // A service that ignores the offset shows the first page again and again.
    let mut first = next.clone();
    first.list = late.list.clone();
    let Input::Response(Response::FindCharge { result, .. }) = page(&first, &full[..1], 1) else {
        panic!("a page")
    };
    let again = Input::Response(Response::FindCharge { request: next, served_at: None, result });
    assert!(driven.handle(again, at(152)).is_empty());
    assert_eq!(stage(&driven), Stage::Searching);
    assert!(driven.payment.alerts().contains(&Alert::SearchBlocked));
}

#[test]
fn a_search_without_responses_raises_an_alert_in_time() {
    let (mut driven, look_up) = unanswered();
    let failed = |look_up: &ChargeSearch| {
        Input::Response(Response::FindCharge {
            request: look_up.clone(),
            served_at: None,
            result: Err(RequestFailure::OutcomeUnknown),
        })
    };
    driven.handle(failed(&look_up), at(959));
    assert!(driven.payment.alerts().is_empty());
    for _ in 0..2 {
        driven.handle(failed(&look_up), at(960));
        assert_eq!(driven.events.len(), 1);
    }
    only_look_up(&driven.handle(Input::Timeout, at(1_000)));
}

#[test]
fn a_good_charge_is_preferred_to_one_that_only_names_the_order() {
    let (mut driven, look_up) = unanswered();
    let differs = [("id", json!("chrg_test_third")), ("amount", json!(1))];
    let differs = Order::one_call().charge(3, &differs);
    let own = Order::one_call().charge(1, &[]);
    driven.handle(page(&look_up, &[json_of(&differs), json_of(&own)], 2), at(61));
    assert!(matches!(driven.state(), State::Pending(pending) if pending.charge == own.id));
}

#[test]
fn evidence_makes_it_search_again_soon() {
    let (mut driven, charge) = pending();
    // Hours later the plan looks once an hour.
    driven.handle(Input::Timeout, at(20_000));
    let Deadline::At(planned) = driven.deadline else { panic!("no deadline") };
    assert!(planned > at(20_500), "{planned}");
    driven.handle(Input::Evidence(Evidence::BuyerReturned), at(20_001));
    assert_eq!(driven.deadline, Deadline::At(at(20_011)));
    driven.handle(read(charge), at(20_002));
    assert_eq!(driven.deadline, Deadline::At(at(20_011)));
}

#[test]
fn a_charge_that_cannot_be_read_proves_nothing() {
    let mut driven = not_listed();
    let late = only_look_up(&driven.handle(Input::Timeout, at(150)));
    let damaged = json!({"object": "charge", "id": 7});
    let foreign = json_of(&Order::one_call().charge(1, &[("metadata", json!({}))]));
    // It counts on a later page, too.
    let next = only_look_up(&driven.handle(page(&late, &[damaged], 2), at(151)));
    assert!(driven.handle(page(&next, &[foreign], 2), at(152)).is_empty());
    assert_eq!(stage(&driven), Stage::Searching);
    assert!(driven.payment.alerts().contains(&Alert::SearchBlocked));
}

#[test]
fn attempts_come_to_an_end_and_looking_does_not() {
    let mut driven = not_listed();
    for number in 2..=6 {
        let now = number * 1_000;
        let look_up = only_look_up(&driven.handle(Input::Timeout, at(now)));
        let requests = driven.handle(page(&look_up, &[], 0), at(now + 1));
        if number == 6 {
            assert!(requests.is_empty());
            break;
        }
        let number = u32::try_from(number).expect("small");
        assert_eq!(only_creation(&requests).metadata.reference.number().get(), number);
        let requests = driven.handle(creation(number, Err(RequestFailure::OutcomeUnknown)), at(now + 60));
        driven.handle(page(&only_look_up(&requests), &[], 0), at(now + 60));
    }
    let many = Alert::TooManyAttempts { attempts: attempt(5) };
    assert!(driven.payment.alerts().contains(&many));
    only_look_up(&driven.handle(Input::Timeout, at(100_000)));
}

#[test]
fn what_the_service_refuses_ends_the_payment() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let error = ApiError::new(ErrorCode::InvalidCharge, "no");
    driven.handle(creation(1, Err(RequestFailure::Rejected(error))), at(1));
    assert!(matches!(driven.state(), State::Refused { code, .. } if code == "invalid_charge"));
    assert_eq!((driven.deadline, driven.events.len()), (Deadline::Never, 1));
}

#[test]
fn f20_a_response_that_is_not_the_orders_blocks_the_payment() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let wrong = Order::one_call().charge(1, &[("amount", json!(1))]);
    for _ in 0..2 {
        driven.handle(creation(1, Ok(wrong.clone())), at(1));
        assert_eq!(stage(&driven), Stage::Blocked);
    }
    // It is watched, so that a person is told should it be paid.
    assert!(driven.payment.duplicate_charges().contains_key(&wrong.id) && driven.deadline != Deadline::Never);
    assert!(driven.redirects.is_empty());
    assert_eq!(driven.events.len(), 1);
}

/// A pending payment, and its charge.
fn pending() -> (Driven, Charge) {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let charge = Order::one_call().charge(1, &[]);
    driven.handle(creation(1, Ok(charge.clone())), at(1));
    (driven, charge)
}

#[test]
fn a_webhook_and_the_return_and_the_clock_only_make_it_look() {
    let (mut driven, charge) = pending();
    let webhook = |key| Input::Evidence(Evidence::Webhook { key, charge: charge.id.clone() });
    for input in [webhook(EventKey::ChargeComplete), Input::Evidence(Evidence::BuyerReturned), Input::Timeout]
    {
        let requests = driven.handle(input, at(5));
        assert!(
            matches!(requests.as_slice(), [Request::RetrieveCharge(retrieve)] if retrieve.id == charge.id)
        );
    }
    assert!(driven.handle(webhook(EventKey::ChargeCreate), at(5)).is_empty());
    assert!(matches!(driven.state(), State::Pending(_)));
}

#[test]
fn a_response_to_the_creation_proves_no_payment() {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let paid = Order::one_call().charge(1, &guide::ended("successful"));
    let requests = driven.handle(creation(1, Ok(paid.clone())), at(1));
    assert!(matches!(requests.as_slice(), [Request::RetrieveCharge(_)]));
    assert!(matches!(driven.state(), State::Pending(_)) && driven.redirects.is_empty());
    driven.handle(read(paid), at(2));
    assert!(matches!(driven.events.as_slice(), [PaymentEvent::Paid(_)]));
}

#[test]
fn an_expiry_that_comes_as_a_failure_is_a_failure() {
    let (mut driven, _) = pending();
    let mut changes = guide::ended("failed");
    changes.push(("failure_code", json!("payment_expired")));
    driven.handle(read(Order::one_call().charge(1, &changes)), at(2));
    assert!(
        matches!(driven.state(), State::Failed { code: Some(code), .. } if code.as_str() == "payment_expired")
    );
}

#[test]
fn i6_a_payment_after_the_end_is_notified_once_as_late() {
    let (mut driven, charge) = pending();
    driven.handle(read(Order::one_call().charge(1, &guide::ended("expired"))), at(2));
    assert!(matches!(driven.state(), State::Expired(_)));
    // An older reading says nothing new.
    driven.handle(read(charge.clone()), at(3));
    assert_eq!(driven.events.len(), 1);
    for _ in 0..2 {
        driven.handle(read(Order::one_call().charge(1, &guide::ended("successful"))), at(4));
    }
    assert!(matches!(driven.state(), State::Expired(_)));
    let late = driven.payment.late_charges().get(&charge.id).expect("late money");
    assert_eq!((late.amount, late.why), (Order::one_call().intent.amount.money(), LateReason::Expired));
    assert_eq!(driven.events.len(), 2);
    assert_eq!(driven.events[1].key(), format!("order-345678/late/{}", charge.id));
}

#[test]
fn the_contract_is_enforced() {
    use kakaopay_flows::{ApiMisuse, Output, Payment};

    let mut payment = Payment::open(Order::one_call().intent, start());
    assert_eq!(payment.handle(Input::Timeout, start()), Err(ApiMisuse::NotDrained));
    assert!(matches!(payment.poll_output(), Some(Output::Persist(_))));
    while payment.poll_output().is_some() {}
    assert_eq!(payment.handle(Input::Timeout, start()), Err(ApiMisuse::NotAcknowledged { seq: 1 }));
    let wrong = payment.handle(Input::Persisted(2), start());
    assert_eq!(wrong, Err(ApiMisuse::UnexpectedAcknowledgement { seq: 2 }));
    payment.handle(Input::Persisted(1), start()).expect("it waits for this");
    assert!(matches!(payment.poll_output(), Some(Output::Transmit(_))));
    let again = payment.handle(Input::Persisted(1), start());
    assert_eq!(again, Err(ApiMisuse::UnexpectedAcknowledgement { seq: 1 }));
}

#[test]
fn f43_a_damaged_or_newer_journal_is_said_to_be_one() {
    use kakaopay_flows::{Payment, ReplayError};

    let (driven, _) = pending();
    let replay = |journal: &[(u64, Vec<u8>)]| {
        Payment::replay(journal.iter().map(|(seq, bytes)| (*seq, bytes.as_slice()))).map(drop)
    };
    let journal = driven.journal;
    assert_eq!(replay(&journal), Ok(()));
    assert_eq!(replay(&journal[1..]), Err(ReplayError::OutOfOrder { expected: 1, found: 2 }));
    let doubled = [journal[0].clone(), journal[0].clone()];
    assert_eq!(replay(&doubled), Err(ReplayError::OutOfOrder { expected: 2, found: 1 }));
    let torn = [(1, journal[0].1[..20].to_vec())];
    assert_eq!(replay(&torn), Err(ReplayError::Unreadable { seq: 1 }));
    let newer = [(1, br#"{"v":3,"at":"2023-06-15T02:25:15Z","records":[]}"#.to_vec())];
    assert_eq!(replay(&newer), Err(ReplayError::Version { seq: 1, version: 3 }));
    let misplaced = [(1, journal[1].1.clone())];
    assert_eq!(replay(&misplaced), Err(ReplayError::Impossible { seq: 1 }));
}
