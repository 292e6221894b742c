//! The states of a payment, and its inputs.

use std::time::Duration;

use kakaopay_flows::{CancelWish, Evidence, Input, RequestFailure, Response, Stage, State};
use kakaopay_types::{Charge, ChargeId, ErrorCode, EventKey};
use serde_json::json;

use super::cell::{TimedInput, late};
use super::make::{
    OTHER, OWN, charge, created, json_of, now, other, page, page_of, read, read_after, refund_made, refunds,
    refused, webhook,
};
use crate::order::{at, start};
use crate::{Driven, Order, guide};

/// The states of a payment, each in a payment that is in it.
///
/// # Panics
/// Never: its values are valid.
#[must_use]
pub fn states() -> Vec<(&'static str, Driven)> {
    let open = || Driven::open(Order::one_call().intent, start()).0;
    let after = |mut driven: Driven, input: Input| {
        driven.handle(input, at(60));
        driven
    };
    let pending = || after(open(), created(1, Ok(charge("pending", &[]))));
    let ended = |end: &str| after(pending(), read(charge(end, &[])));
    let searching =
        || after(after(open(), created(1, Err(RequestFailure::OutcomeUnknown))), page(at(60), &[]));
    let blocked = after(open(), created(1, Ok(charge("pending", &[("amount", json!(1))]))));
    vec![
        ("Source", Driven::open(Order::two_calls().intent, start()).0),
        ("Charge", open()),
        ("Charge2", second_attempt()),
        ("NotSent", after(open(), created(1, Err(RequestFailure::NotSent)))),
        ("Searching", searching()),
        ("Blocked", blocked),
        ("Pending", pending()),
        ("Watching", after(pending(), read(other("pending")))),
        ("Successful", ended("successful")),
        ("Refunded", after(pending(), read(charge("successful", &[("refunded_amount", json!(150_000))])))),
        ("Failed", ended("failed")),
        ("Expired", ended("expired")),
        ("Refused", after(open(), created(1, Err(refused(ErrorCode::InvalidCharge))))),
        ("Unwanted", after(searching(), Input::Cancel)),
        ("Cancelling", after(pending(), Input::Cancel)),
        ("HoldEnded", hold_ended()),
        ("CancelRefused", cancel_refused()),
        ("Cancelled", after(after(pending(), Input::Cancel), read(charge("expired", &[])))),
        ("NoCharge", after(after(open(), created(1, Err(RequestFailure::NotSent))), Input::Cancel)),
    ]
}

/// A payment whose first attempt was neither answered nor found, and whose second has been made.
fn second_attempt() -> Driven {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(created(1, Err(RequestFailure::OutcomeUnknown)), at(10));
    driven.handle(page(at(10), &[]), at(10));
    driven.handle(page(at(101), &[]), at(101));
    driven
}

/// A payment that the service refuses to cancel, as a read has shown.
fn cancel_refused() -> Driven {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(created(1, Ok(charge("pending", &[]))), at(60));
    driven.handle(Input::Cancel, at(60));
    driven.handle(expire(Err(refused(ErrorCode::FailedExpire))), at(60));
    driven.handle(read_after(99, charge("pending", &[])), at(60));
    driven
}

/// A payment whose hold has ended.
fn hold_ended() -> Driven {
    let intent = Order::one_call().intent.pay_within(Duration::from_secs(50));
    let (mut driven, _) = Driven::open(intent, start());
    let created_at = ("created_at", json!(start().to_string()));
    driven.handle(created(1, Ok(charge("pending", std::slice::from_ref(&created_at)))), at(1));
    driven.handle(read(charge("pending", &[created_at])), at(60));
    driven
}

/// The inputs of a payment.
///
/// # Panics
/// Never: its values are valid.
#[must_use]
pub fn inputs() -> Vec<TimedInput> {
    let mut inputs = vec![("timeout, early", Input::Timeout, at(61))];
    inputs.extend(late([answers(), readings(), lists(), hints(), cancelling()].concat()));
    inputs
}

fn answers() -> Vec<(&'static str, Input)> {
    let source = |result| Input::Response(Response::Source(result));
    vec![
        ("timeout", Input::Timeout),
        ("refresh", Input::Refresh),
        ("resume", Input::Resume),
        ("the buyer has returned", Input::Evidence(Evidence::BuyerReturned)),
        ("source created", source(Ok(Box::new(guide::source())))),
        ("source not sent", source(Err(RequestFailure::NotSent))),
        ("source: outcome unknown", source(Err(RequestFailure::OutcomeUnknown))),
        ("source rejected", source(Err(refused(ErrorCode::BadRequest)))),
        ("source rejected: key", source(Err(refused(ErrorCode::KeyExpired)))),
        ("charge created", created(1, Ok(charge("pending", &[])))),
        ("charge created, and paid", created(1, Ok(charge("successful", &[])))),
        ("charge created, and failed", created(1, Ok(charge("failed", &[])))),
        ("charge created, not as asked", created(1, Ok(charge("pending", &[("amount", json!(1))])))),
        ("charge not sent", created(1, Err(RequestFailure::NotSent))),
        ("charge: outcome unknown", created(1, Err(RequestFailure::OutcomeUnknown))),
        ("charge: outcome unknown, another attempt", created(2, Err(RequestFailure::OutcomeUnknown))),
        ("charge rejected", created(1, Err(refused(ErrorCode::InvalidCharge)))),
        ("charge rejected, second attempt", created(2, Err(refused(ErrorCode::InvalidCharge)))),
        ("charge rejected: key", created(1, Err(refused(ErrorCode::AuthenticationFailure)))),
        ("charge rate-limited", created(1, Err(RequestFailure::RateLimited))),
    ]
}

fn unread(code: ErrorCode) -> Input {
    let charge = ChargeId::parse(OWN).expect("an id");
    Input::Response(Response::Read { charge, after_seq: 0, served_at: None, result: Err(refused(code)) })
}

fn readings() -> Vec<(&'static str, Input)> {
    let differs = |member, value| read(charge("successful", &[(member, value)]));
    let foreign = read(charge("successful", &[("metadata", json!({})), ("id", json!(OTHER))]));
    vec![
        ("read: pending", read(charge("pending", &[]))),
        ("read: successful", read(charge("successful", &[]))),
        ("read: successful, refunded in part", differs("refunded_amount", json!(149_999))),
        ("read: successful, refunded in full", differs("refunded_amount", json!(150_000))),
        ("read: successful, voided", differs("voided", json!(true))),
        ("read: failed", read(charge("failed", &[]))),
        ("read: failed as expired", {
            read(charge("failed", &[("failure_code", json!("payment_expired"))]))
        }),
        ("read: expired", read(charge("expired", &[]))),
        ("read: of an unknown status", read(charge("holding", &[]))),
        ("reconciled: successful", Input::Evidence(Evidence::Read(charge("successful", &[])))),
        ("read: another amount", differs("amount", json!(1))),
        ("read: another currency", differs("currency", json!("THB"))),
        ("read: another mode", differs("livemode", json!(true))),
        ("read: another reference", differs("metadata", json!({"kakaopay_reference": "order-1/1"}))),
        ("read: another kind of source", differs("source.type", json!("alipay"))),
        ("read: not found", unread(ErrorCode::NotFound)),
        ("read: key rejected", unread(ErrorCode::KeyExpired)),
        ("read: of another order, paid", foreign),
        ("read: a duplicate charge", read(other("pending"))),
        ("read: a duplicate charge, paid", read(other("successful"))),
    ]
}

fn lists() -> Vec<(&'static str, Input)> {
    let unreadable = json!({"object": "charge", "id": 7});
    let list_failed = |trouble| {
        let Input::Response(Response::FindCharge { request, .. }) = page(now(), &[]) else {
            panic!("a page")
        };
        Input::Response(Response::FindCharge { request, served_at: None, result: Err(trouble) })
    };
    vec![
        ("list: the charge", page(now(), &[json_of(&charge("pending", &[]))])),
        ("list: the charge, paid", page(now(), &[json_of(&charge("successful", &[]))])),
        ("list: the charge, and another", {
            page(now(), &[json_of(&charge("pending", &[])), json_of(&other("pending"))])
        }),
        (
            "list: the charge, not as asked",
            page(now(), &[json_of(&charge("pending", &[("amount", json!(1))]))]),
        ),
        ("list: empty, asked for before", page_of(1, Some(now()), &[])),
        ("list: empty, early", page(at(149), &[])),
        ("list: empty, late", page(at(150), &[])),
        ("list: empty, without a time", page_of(99, None, &[])),
        ("list: unreadable elements", page(now(), &[unreadable])),
        ("list: outcome unknown", list_failed(RequestFailure::OutcomeUnknown)),
        ("list: key rejected", list_failed(refused(ErrorCode::KeyExpired))),
    ]
}

fn hints() -> Vec<(&'static str, Input)> {
    vec![
        ("webhook: charge.complete", webhook(EventKey::ChargeComplete, OWN)),
        ("webhook: charge.create", webhook(EventKey::ChargeCreate, OWN)),
        ("webhook: refund.create", webhook(EventKey::RefundCreate, OWN)),
        ("webhook: of another charge", webhook(EventKey::ChargeComplete, OTHER)),
        ("refund made", refund_made(json!({}))),
        ("list of refunds: empty", refunds(now(), &[])),
    ]
}

fn expire(result: Result<Box<Charge>, RequestFailure>) -> Input {
    Input::Response(Response::Expire { charge: ChargeId::parse(OWN).expect("an id"), result })
}

fn cancelling() -> Vec<(&'static str, Input)> {
    vec![
        ("cancel", Input::Cancel),
        ("take the cancel back", Input::TakeCancelBack),
        ("charge ended on request", expire(Ok(charge("expired", &[])))),
        ("end of charge: not sent", expire(Err(RequestFailure::NotSent))),
        ("end of charge: outcome unknown", expire(Err(RequestFailure::OutcomeUnknown))),
        ("end of charge rejected", expire(Err(refused(ErrorCode::FailedExpire)))),
        ("end of charge rejected: key", expire(Err(refused(ErrorCode::NotAuthorized)))),
        ("read, after all that is known: pending", read_after(99, charge("pending", &[]))),
    ]
}

/// Name of the payment's state in the table.
///
/// # Panics
/// If the table does not name it.
#[must_use]
pub fn state_of(driven: &Driven) -> &'static str {
    let wish = driven.payment.cancel_wish();
    match driven.state() {
        State::Creating(_) if wish.is_some() => "Unwanted",
        State::Pending(_) if wish.is_some_and(|wish| wish.is_refused) => "CancelRefused",
        State::Pending(_) if wish.is_some_and(CancelWish::forbids_goods) => "Cancelling",
        State::Pending(_) if wish.is_some() => "HoldEnded",
        State::Creating(creating) => match creating.stage {
            Stage::Source => "Source",
            Stage::Charge if creating.attempts.get() > 1 => "Charge2",
            Stage::Charge => "Charge",
            Stage::NotSent => "NotSent",
            Stage::Searching => "Searching",
            Stage::Blocked => "Blocked",
            other => panic!("the table does not name {other:?}"),
        },
        State::Pending(_) if driven.payment.duplicate_charges().values().any(|other| other.end.is_none()) => {
            "Watching"
        }
        State::Pending(_) => "Pending",
        State::Successful { refunded_in_full: true, .. } => "Refunded",
        State::Successful { .. } => "Successful",
        State::Failed { .. } => "Failed",
        State::Expired(_) => "Expired",
        State::Cancelled(Some(_)) => "Cancelled",
        State::Cancelled(None) => "NoCharge",
        State::Refused { .. } => "Refused",
        other => panic!("the table does not name {other:?}"),
    }
}
