//! The states a payment and its refund can be in, and all that they can be told.

use std::num::NonZeroU32;

use kakaopay_flows::{
    AfterWindow, Answer, Event, Evidence, Input, LookUp, RefundList, RefundOrder, RefundState, Request,
    Stage, State, Trouble,
};
use kakaopay_types::{
    ApiError, Charge, ChargeId, ErrorCode, EventKey, List, Reference, Refund, RefundAmount, Timestamp, decode,
};
use serde_json::{Value, json};

use crate::order::start;
use crate::table::Table;
use crate::{Driven, Order, guide};

fn at(seconds: i64) -> Timestamp {
    start().saturating_add_seconds(seconds)
}

/// When every state is told every input: late enough for an answer to be missed.
fn now() -> Timestamp {
    at(5_000)
}

fn attempt(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("from one")
}

fn charge(status: &str, more: &[(&'static str, Value)]) -> Box<Charge> {
    let mut changes = guide::ended(status);
    changes.extend(more.iter().cloned());
    Box::new(Order::one_call().charge(1, &changes))
}

fn other(status: &str) -> Box<Charge> {
    let mut changes = guide::ended(status);
    changes.push(("id", json!(OTHER)));
    Box::new(Order::one_call().charge(2, &changes))
}

const OWN: &str = "chrg_test_5w4415netlwqpc54tyg";
const OTHER: &str = "chrg_test_other";

fn created(number: u32, result: Result<Box<Charge>, Trouble>) -> Input {
    Input::Answered(Answer::Charge { attempt: attempt(number), result })
}

fn read(charge: Box<Charge>) -> Input {
    Input::Answered(Answer::Read(Ok(charge)))
}

fn refused(code: ErrorCode) -> Trouble {
    Trouble::Refused(ApiError::new(code, "no"))
}

fn webhook(key: EventKey, charge: &str) -> Input {
    let charge = ChargeId::parse(charge).expect("an id");
    Input::Evidence(Evidence::Webhook { key, charge })
}

fn look_up(requests: &[Request]) -> LookUp {
    match requests {
        [.., Request::LookUp(look_up)] => look_up.clone(),
        other => panic!("no look-up: {other:?}"),
    }
}

fn page(asked_at: Timestamp, data: &[Value]) -> Input {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let requests = driven.handle(created(1, Err(Trouble::Unknown)), at(10));
    // As the payment itself asks; only when differs from test to test.
    let request = LookUp { asked_at, ..look_up(&requests) };
    let list = json!({"object": "list", "data": data, "limit": 100, "offset": 0, "total": data.len()});
    let list: List<Charge> = decode::from_value(list).expect("a list");
    Input::Answered(Answer::LookUp { request, result: Ok(Box::new(list)) })
}

fn json_of(charge: &Charge) -> Value {
    serde_json::to_value(charge).expect("JSON")
}

/// The states of a payment, each in a payment that is in it.
///
/// # Panics
/// Never: what it makes is well formed.
#[must_use]
pub fn states() -> Vec<(&'static str, Driven)> {
    let open = || Driven::open(Order::one_call().intent, start()).0;
    let told = |mut driven: Driven, input: Input| {
        driven.handle(input, at(60));
        driven
    };
    let pending = || told(open(), created(1, Ok(charge("pending", &[]))));
    let ended = |end: &str| told(pending(), read(charge(end, &[])));
    let halted = told(open(), created(1, Ok(charge("pending", &[("amount", json!(1))]))));
    vec![
        ("Source", Driven::open(Order::two_calls().intent, start()).0),
        ("Charge", open()),
        ("Unsent", told(open(), created(1, Err(Trouble::NotSent)))),
        ("LookUp", told(open(), created(1, Err(Trouble::Unknown)))),
        ("Halted", halted),
        ("Pending", pending()),
        ("Watching", told(pending(), read(other("pending")))),
        ("Successful", ended("successful")),
        ("Failed", ended("failed")),
        ("Expired", ended("expired")),
        ("Refused", told(open(), created(1, Err(refused(ErrorCode::InvalidCharge))))),
    ]
}

/// Something a payment can be told: what the table calls it, the input, and when.
pub type Told = (&'static str, Input, Timestamp);

/// Told late enough for an answer to be missed.
fn late(inputs: Vec<(&'static str, Input)>) -> Vec<Told> {
    inputs.into_iter().map(|(name, input)| (name, input, now())).collect()
}

/// What a payment can be told.
///
/// # Panics
/// Never: what it makes is well formed.
#[must_use]
pub fn inputs() -> Vec<Told> {
    let differs = |member, value| read(charge("successful", &[(member, value)]));
    let foreign = read(charge("successful", &[("metadata", json!({})), ("id", json!(OTHER))]));
    let source = |result| Input::Answered(Answer::Source(result));
    let unreadable = json!({"object": "charge", "id": 7});
    let list_failed = |trouble| {
        let Input::Answered(Answer::LookUp { request, .. }) = page(now(), &[]) else { panic!("a page") };
        Input::Answered(Answer::LookUp { request, result: Err(trouble) })
    };
    let mut told = vec![("the deadline has come early", Input::Tick, at(61))];
    told.extend(late(vec![
        ("the deadline has come", Input::Tick),
        ("a person wants to know", Input::Look),
        ("the buyer has returned", Input::Evidence(Evidence::Returned)),
        ("source created", source(Ok(Box::new(guide::source())))),
        ("source not sent", source(Err(Trouble::NotSent))),
        ("source unknown", source(Err(Trouble::Unknown))),
        ("source refused", source(Err(refused(ErrorCode::BadRequest)))),
        ("source refused for the key", source(Err(refused(ErrorCode::KeyExpired)))),
        ("charge created", created(1, Ok(charge("pending", &[])))),
        ("charge created, and paid", created(1, Ok(charge("successful", &[])))),
        ("charge created, and failed", created(1, Ok(charge("failed", &[])))),
        ("charge created, not as asked", created(1, Ok(charge("pending", &[("amount", json!(1))])))),
        ("charge not sent", created(1, Err(Trouble::NotSent))),
        ("charge unknown", created(1, Err(Trouble::Unknown))),
        ("charge unknown, of another attempt", created(2, Err(Trouble::Unknown))),
        ("charge refused", created(1, Err(refused(ErrorCode::InvalidCharge)))),
        ("charge refused for the key", created(1, Err(refused(ErrorCode::AuthenticationFailure)))),
        ("charge refused for the hour", created(1, Err(refused(ErrorCode::TooManyRequests)))),
        ("read: pending", read(charge("pending", &[]))),
        ("read: successful", read(charge("successful", &[]))),
        ("read: failed", read(charge("failed", &[]))),
        ("read: failed, as expired", {
            read(charge("failed", &[("failure_code", json!("payment_expired"))]))
        }),
        ("read: expired", read(charge("expired", &[]))),
        ("read: of a status nobody knows", read(charge("holding", &[]))),
        ("swept: successful", Input::Evidence(Evidence::Read(charge("successful", &[])))),
        ("read: another amount", differs("amount", json!(1))),
        ("read: another currency", differs("currency", json!("THB"))),
        ("read: another mode", differs("livemode", json!(true))),
        ("read: another reference", differs("metadata", json!({"kakaopay_reference": "order-1/1"}))),
        ("read: another kind of source", differs("source.type", json!("alipay"))),
        ("read: not found", Input::Answered(Answer::Read(Err(refused(ErrorCode::NotFound))))),
        ("read: refused for the key", Input::Answered(Answer::Read(Err(refused(ErrorCode::KeyExpired))))),
        ("read: somebody else's, paid", foreign),
        ("read: the order's other charge", read(other("pending"))),
        ("read: the order's other charge, paid", read(other("successful"))),
        ("list: the charge", page(now(), &[json_of(&charge("pending", &[]))])),
        ("list: the charge, paid", page(now(), &[json_of(&charge("successful", &[]))])),
        ("list: the charge, and another", {
            page(now(), &[json_of(&charge("pending", &[])), json_of(&other("pending"))])
        }),
        ("list: nothing, and it is early", page(at(61), &[])),
        ("list: nothing, and it is late", page(now(), &[])),
        ("list: what cannot be read", page(now(), &[unreadable])),
        ("list: unknown", list_failed(Trouble::Unknown)),
        ("webhook: charge.complete", webhook(EventKey::ChargeComplete, OWN)),
        ("webhook: charge.create", webhook(EventKey::ChargeCreate, OWN)),
        ("webhook: refund.create", webhook(EventKey::RefundCreate, OWN)),
        ("webhook: of another charge", webhook(EventKey::ChargeComplete, OTHER)),
        ("refund made", refund_made(json!({}))),
        ("list of refunds: nothing", refunds(now(), &[])),
    ]));
    told
}

/// What the table calls the state of a payment.
///
/// # Panics
/// Never: what it makes is well formed.
#[must_use]
pub fn state_of(driven: &Driven) -> &'static str {
    match driven.state() {
        State::Creating(creating) => match creating.stage {
            Stage::Source => "Source",
            Stage::Charge => "Charge",
            Stage::Unsent => "Unsent",
            Stage::LookUp => "LookUp",
            Stage::Halted => "Halted",
        },
        State::Pending(_) if driven.payment.others().values().any(|other| other.end.is_none()) => "Watching",
        State::Pending(_) => "Pending",
        State::Successful { .. } => "Successful",
        State::Failed { .. } => "Failed",
        State::Expired(_) => "Expired",
        State::Refused { .. } => "Refused",
    }
}

/// The states of a refund, each in a payment whose refund is in it.
///
/// # Panics
/// Never: what it makes is well formed.
#[must_use]
pub fn refund_states() -> Vec<(&'static str, Driven)> {
    let checking = || {
        let (mut driven, _) = Driven::open(Order::one_call().intent, start());
        driven.handle(created(1, Ok(charge("pending", &[]))), at(1));
        driven.handle(read(charge("successful", &[])), at(300));
        driven.refund(&refund_order(50_000), at(310)).expect("a refund");
        driven
    };
    let told = |mut driven: Driven, input: Input, seconds| {
        driven.handle(input, at(seconds));
        driven
    };
    let requested = || told(checking(), refunds(at(310), &[]), 311);
    vec![
        ("Checking", checking()),
        ("Requested", requested()),
        ("LookUp", told(requested(), refund_troubled(Trouble::Unknown), 370)),
        ("Halted", told(requested(), refund_made(json!({"amount": 1})), 320)),
        ("Pending", told(requested(), refund_made(json!({"status": "pending"})), 320)),
        ("Closed", told(requested(), refund_made(json!({})), 320)),
        ("Failed", told(requested(), refund_made(json!({"status": "failed"})), 320)),
        ("Refused", told(requested(), refund_troubled(refused(ErrorCode::FailedRefund)), 320)),
        ("Withdrawn", told(checking(), refunds(at(310), &[by_hand(100_001)]), 320)),
    ]
}

/// What a refund can be told.
///
/// # Panics
/// Never: what it makes is well formed.
#[must_use]
pub fn refund_inputs() -> Vec<Told> {
    let listed = |changes| refunds(now(), &[refund(changes)]);
    let failed = |trouble| Input::Answered(Answer::Refunds { request: list_at(now()), result: Err(trouble) });
    let mut told = vec![("the deadline has come early", Input::Tick, at(371))];
    told.extend(late(vec![
        ("the deadline has come", Input::Tick),
        ("a person wants to know", Input::Look),
        ("made", refund_made(json!({}))),
        ("made, and pending", refund_made(json!({"status": "pending"}))),
        ("made, and failed", refund_made(json!({"status": "failed"}))),
        ("made, of a status nobody knows", refund_made(json!({"status": "holding"}))),
        ("made, and voided", refund_made(json!({"voided": true}))),
        ("made, without a status", refund_made(json!({"status": null}))),
        ("made, not as asked", refund_made(json!({"amount": 1}))),
        ("made, of another currency", refund_made(json!({"currency": "THB"}))),
        ("made, in another mode", refund_made(json!({"livemode": true}))),
        ("made, of another charge", refund_made(json!({"charge": OTHER}))),
        ("made, under another name", refund_made(json!({"metadata": {}}))),
        ("not sent", refund_troubled(Trouble::NotSent)),
        ("unknown", refund_troubled(Trouble::Unknown)),
        ("refused", refund_troubled(refused(ErrorCode::FailedRefund))),
        ("refused for the key", refund_troubled(refused(ErrorCode::AuthenticationFailure))),
        ("list: it", listed(json!({}))),
        ("list: it, pending", listed(json!({"status": "pending"}))),
        ("list: it, failed", listed(json!({"status": "failed"}))),
        ("list: another of its name", listed(json!({"id": "rfnd_test_other"}))),
        ("list: it, not as asked", listed(json!({"amount": 1}))),
        ("list: nothing, and it is early", refunds(at(380), &[])),
        ("list: nothing, and it is late", refunds(now(), &[])),
        ("list: others, which leave enough", refunds(now(), &[by_hand(100_000)])),
        ("list: others, which leave too little", refunds(now(), &[by_hand(100_001)])),
        ("list: others, which have failed", {
            refunds(now(), &[refund(json!({"metadata": {}, "amount": 150_000, "status": "failed"}))])
        }),
        ("list: what cannot be read", refunds(now(), &[json!({"object": "refund", "id": 7})])),
        ("list: unknown", failed(Trouble::Unknown)),
        ("list: refused for the key", failed(refused(ErrorCode::KeyExpired))),
        ("webhook: refund.create", webhook(EventKey::RefundCreate, OWN)),
    ]));
    told
}

fn refund_order(amount: i64) -> RefundOrder {
    RefundOrder {
        reference: Reference::parse("refund-1").expect("a reference"),
        amount: RefundAmount::new(amount).expect("more than nothing"),
        void: None,
        after_window: AfterWindow::Refuse,
    }
}

/// A refund at the service: the one that was ordered, with other values for some members.
fn refund(changes: Value) -> Value {
    let mut refund: Value = serde_json::from_str(include_str!("../data/refund.json")).expect("JSON");
    refund["charge"] = json!(OWN);
    refund["metadata"]["kakaopay_reference"] = json!("refund-1");
    let Value::Object(changes) = changes else { panic!("an object") };
    for (member, value) in changes {
        refund[member] = value;
    }
    refund
}

fn by_hand(amount: i64) -> Value {
    refund(json!({"metadata": {}, "amount": amount, "id": "rfnd_test_byhand"}))
}

fn refund_made(changes: Value) -> Input {
    let made: Refund = decode::from_value(refund(changes)).expect("a refund");
    let reference = refund_order(1).reference;
    Input::Answered(Answer::Refund { reference, result: Ok(Box::new(made)) })
}

fn refund_troubled(trouble: Trouble) -> Input {
    Input::Answered(Answer::Refund { reference: refund_order(1).reference, result: Err(trouble) })
}

fn list_at(asked_at: Timestamp) -> RefundList {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(read(charge("successful", &[])), at(1));
    match &driven.refund(&refund_order(1), at(2)).expect("a refund")[..] {
        [Request::ListRefunds(list)] => RefundList { asked_at, ..list.clone() },
        other => panic!("no list: {other:?}"),
    }
}

fn refunds(asked_at: Timestamp, data: &[Value]) -> Input {
    let list = json!({"object": "list", "data": data, "limit": 100, "offset": 0, "total": data.len()});
    let list: List<Refund> = decode::from_value(list).expect("a list");
    Input::Answered(Answer::Refunds { request: list_at(asked_at), result: Ok(Box::new(list)) })
}

/// What the table calls the state of the payment's refund.
///
/// # Panics
/// Never: what it makes is well formed.
#[must_use]
pub fn refund_state_of(driven: &Driven) -> &'static str {
    let refund = driven.payment.refunds().values().next().expect("a refund");
    match refund.state() {
        RefundState::Checking => "Checking",
        RefundState::Requested => "Requested",
        RefundState::LookUp => "LookUp",
        RefundState::Halted => "Halted",
        RefundState::Pending { .. } => "Pending",
        RefundState::Closed { .. } => "Closed",
        RefundState::Failed { .. } => "Failed",
        RefundState::Refused { .. } => "Refused",
        RefundState::Withdrawn { .. } => "Withdrawn",
    }
}

/// What comes of an input: the state it leads to, and what the payment asks for and tells.
fn cell(
    mut driven: Driven,
    (input, at): (Input, Timestamp),
    state_of: fn(&Driven) -> &'static str,
) -> String {
    let (before, others) = (state_of(&driven), driven.payment.others().clone());
    let (events, links, deadline) = (driven.events.len(), driven.redirects.len(), driven.deadline);
    let requests = driven.handle(input, at);
    let mut cell = Vec::new();
    let after = state_of(&driven);
    cell.extend((before != after).then_some(after));
    cell.extend(requests.iter().map(|request| match request {
        Request::CreateSource(_) => "s",
        Request::CreateCharge(_) => "c",
        Request::RetrieveCharge(_) => "r",
        Request::LookUp(_) => "l",
        Request::CreateRefund(_) => "R",
        Request::ListRefunds(_) => "L",
    }));
    cell.extend((driven.redirects.len() > links).then_some("link"));
    cell.extend(driven.events[events..].iter().map(|event| match event {
        Event::Attention { .. } => "!",
        _ => "told",
    }));
    cell.extend((*driven.payment.others() != others).then_some("watch"));
    if cell.is_empty() && driven.deadline != deadline {
        cell.push("wake");
    }
    if cell.is_empty() { ".".to_owned() } else { cell.join("+") }
}

/// Tells every state every input.
///
/// # Panics
/// If a payment is not in the state it is said to be in.
#[must_use]
pub fn table(
    states: &[(&'static str, Driven)],
    inputs: Vec<Told>,
    state_of: fn(&Driven) -> &'static str,
) -> Table {
    for (name, driven) in states {
        assert_eq!(state_of(driven), *name);
    }
    let rows = inputs.into_iter().map(|(name, input, at)| {
        let cells = states.iter().map(|(_, driven)| cell(driven.clone(), (input.clone(), at), state_of));
        (name.to_owned(), cells.collect())
    });
    Table { states: states.iter().map(|(name, _)| (*name).to_owned()).collect(), rows: rows.collect() }
}
