//! Charges, refunds and the inputs that report them.

use std::num::NonZeroU32;

use kakaopay_flows::{
    ChargeSearch, Evidence, Input, RefundRequest, RefundSearch, Request, RequestFailure, Response,
};
use kakaopay_types::{
    ApiError, Charge, ChargeId, ErrorCode, EventKey, List, Reference, Refund, RefundAmount, Timestamp, decode,
};
use serde_json::{Value, json};

use crate::order::{at, refund_names, start};
use crate::{Driven, Order, guide};

/// When each input is handled: late enough for a response to be overdue.
pub(super) fn now() -> Timestamp {
    at(5_000)
}

/// The last entry before a list was requested: any that the tables make.
const LAST: u64 = 99;

pub(super) fn attempt(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("from one")
}

pub(super) fn charge(status: &str, more: &[(&'static str, Value)]) -> Box<Charge> {
    let mut changes = guide::ended(status);
    changes.extend(more.iter().cloned());
    Box::new(Order::one_call().charge(1, &changes))
}

pub(super) fn other(status: &str) -> Box<Charge> {
    let mut changes = guide::ended(status);
    changes.push(("id", json!(OTHER)));
    Box::new(Order::one_call().charge(2, &changes))
}

pub(super) const OWN: &str = "chrg_test_5w4415netlwqpc54tyg";
pub(super) const OTHER: &str = "chrg_test_other";

pub(super) fn created(number: u32, result: Result<Box<Charge>, RequestFailure>) -> Input {
    Input::Response(Response::Charge { attempt: attempt(number), result })
}

pub(super) fn read(charge: Box<Charge>) -> Input {
    Input::Response(Response::Read {
        charge: charge.id.clone(),
        after_seq: 0,
        served_at: None,
        result: Ok(charge),
    })
}

/// A read that was requested after an entry.
pub(super) fn read_after(after_seq: u64, charge: Box<Charge>) -> Input {
    let id = charge.id.clone();
    Input::Response(Response::Read { charge: id, after_seq, served_at: None, result: Ok(charge) })
}

pub(super) fn refused(code: ErrorCode) -> RequestFailure {
    RequestFailure::Rejected(ApiError::new(code, "no"))
}

pub(super) fn webhook(key: EventKey, charge: &str) -> Input {
    let charge = ChargeId::parse(charge).expect("an id");
    Input::Evidence(Evidence::Webhook { key, charge })
}

pub(super) fn look_up(requests: &[Request]) -> ChargeSearch {
    match requests {
        [.., Request::FindCharge(look_up)] => look_up.clone(),
        other => panic!("no look-up: {other:?}"),
    }
}

/// A page of the charges that the service served at an instant.
pub(super) fn page(served_at: Timestamp, data: &[Value]) -> Input {
    page_of(LAST, Some(served_at), data)
}

/// A page of the charges that was requested after an entry.
pub(super) fn page_of(after_seq: u64, served_at: Option<Timestamp>, data: &[Value]) -> Input {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let requests = driven.handle(created(1, Err(RequestFailure::OutcomeUnknown)), at(10));
    // As the payment itself asks; only after which entry differs from test to test.
    let mut request = look_up(&requests);
    request.after_seq = after_seq;
    // Without a time, the end of the list shares no clock with the list before.
    let to = served_at.is_none().then_some(Timestamp::UNIX_EPOCH);
    let list =
        json!({"object": "list", "data": data, "limit": 100, "offset": 0, "total": data.len(), "to": to});
    let list: List<Charge> = decode::from_value(list).expect("a list");
    Input::Response(Response::FindCharge { request, served_at, result: Ok(Box::new(list)) })
}

pub(super) fn json_of(charge: &Charge) -> Value {
    serde_json::to_value(charge).expect("JSON")
}

pub(super) fn refund_order(amount: i64) -> RefundRequest {
    RefundRequest::new(
        Reference::parse("refund-1").expect("a reference"),
        RefundAmount::new(amount).expect("more than nothing"),
    )
}

/// A refund at the service: the one that was ordered, with other values for some members.
pub(super) fn refund(changes: Value) -> Value {
    let mut refund: Value = serde_json::from_str(include_str!("../../data/refund.json")).expect("JSON");
    refund["charge"] = json!(OWN);
    refund["metadata"] = refund_names("refund-1");
    let Value::Object(changes) = changes else { panic!("an object") };
    for (member, value) in changes {
        refund[member] = value;
    }
    refund
}

pub(super) fn by_hand(amount: i64) -> Value {
    refund(json!({"metadata": {}, "amount": amount, "id": "rfnd_test_byhand"}))
}

pub(super) fn refund_made(changes: Value) -> Input {
    let made: Refund = decode::from_value(refund(changes)).expect("a refund");
    let reference = refund_order(1).reference;
    Input::Response(Response::Refund { reference, number: 1, result: Ok(Box::new(made)) })
}

pub(super) fn refund_troubled(trouble: RequestFailure) -> Input {
    Input::Response(Response::Refund {
        reference: refund_order(1).reference,
        number: 1,
        result: Err(trouble),
    })
}

pub(super) fn list_after(seq: u64) -> RefundSearch {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(read(charge("successful", &[])), at(1));
    let requests = driven.refund(&refund_order(1), at(2)).expect("a refund");
    let [Request::ListRefunds(list)] = &requests[..] else { panic!("no list: {requests:?}") };
    let mut list = list.clone();
    list.after_seq = seq;
    list
}

/// A list of the refunds that the service served at an instant.
pub(super) fn refunds(served_at: Timestamp, data: &[Value]) -> Input {
    refunds_of(LAST, Some(served_at), data)
}

/// A list of the refunds that was requested after an entry.
pub(super) fn refunds_of(after_seq: u64, served_at: Option<Timestamp>, data: &[Value]) -> Input {
    // Without a time, the end of the list shares no clock with the list before.
    let to = served_at.is_none().then_some(Timestamp::UNIX_EPOCH);
    let list =
        json!({"object": "list", "data": data, "limit": 100, "offset": 0, "total": data.len(), "to": to});
    let list: List<Refund> = decode::from_value(list).expect("a list");
    Input::Response(Response::Refunds {
        request: list_after(after_seq),
        served_at,
        result: Ok(Box::new(list)),
    })
}
