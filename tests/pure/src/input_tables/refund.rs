//! The states of a refund, and what it can be told.

use kakaopay_flows::{Input, RefundState, RequestFailure, Response};
use kakaopay_types::{ErrorCode, EventKey};
use serde_json::json;

use super::cell::{TimedInput, late};
use super::make::{
    OTHER, OWN, by_hand, charge, created, list_at, now, read, refund, refund_made, refund_order,
    refund_troubled, refunds, refused, webhook,
};
use crate::order::{at, start};
use crate::{Driven, Order};

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
        ("LookUp", told(requested(), refund_troubled(RequestFailure::OutcomeUnknown), 370)),
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
pub fn refund_inputs() -> Vec<TimedInput> {
    let listed = |changes| refunds(now(), &[refund(changes)]);
    let failed =
        |trouble| Input::Response(Response::Refunds { request: list_at(now()), result: Err(trouble) });
    let mut told = vec![("the deadline has come early", Input::Timeout, at(371))];
    told.extend(late(vec![
        ("the deadline has come", Input::Timeout),
        ("a person wants to know", Input::Refresh),
        ("a person says to go on", Input::Resume),
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
        ("not sent", refund_troubled(RequestFailure::NotSent)),
        ("unknown", refund_troubled(RequestFailure::OutcomeUnknown)),
        ("refused", refund_troubled(refused(ErrorCode::FailedRefund))),
        ("refused for the key", refund_troubled(refused(ErrorCode::AuthenticationFailure))),
        ("refused for the hour", refund_troubled(RequestFailure::RateLimited)),
        ("list: it", listed(json!({}))),
        ("list: it, pending", listed(json!({"status": "pending"}))),
        ("list: it, failed", listed(json!({"status": "failed"}))),
        ("list: another of its name", listed(json!({"id": "rfnd_test_other"}))),
        ("list: it, failed, and it again", {
            refunds(now(), &[refund(json!({"status": "failed"})), refund(json!({"id": "rfnd_test_other"}))])
        }),
        ("list: it, which lost its name", listed(json!({"metadata": {}}))),
        ("list: it, not as asked", listed(json!({"amount": 1}))),
        ("list: nothing, and it is early", refunds(at(380), &[])),
        ("list: nothing, and it is late", refunds(now(), &[])),
        ("list: others, which leave enough", refunds(now(), &[by_hand(100_000)])),
        ("list: others, which leave too little", refunds(now(), &[by_hand(100_001)])),
        ("list: others, which have failed", {
            refunds(now(), &[refund(json!({"metadata": {}, "amount": 150_000, "status": "failed"}))])
        }),
        ("list: what cannot be read", refunds(now(), &[json!({"object": "refund", "id": 7})])),
        ("list: unknown", failed(RequestFailure::OutcomeUnknown)),
        ("list: refused for the key", failed(refused(ErrorCode::KeyExpired))),
        ("webhook: refund.create", webhook(EventKey::RefundCreate, OWN)),
    ]));
    told
}

/// What the table calls the state of the payment's refund.
///
/// # Panics
/// If there is no refund, or the table does not name its state.
#[must_use]
pub fn refund_state_of(driven: &Driven) -> &'static str {
    let refund = driven.payment.refunds().values().next().expect("a refund");
    match refund.state() {
        RefundState::Preparing => "Checking",
        RefundState::Requested => "Requested",
        RefundState::Searching => "LookUp",
        RefundState::Blocked => "Halted",
        RefundState::Pending { .. } => "Pending",
        RefundState::Completed { .. } => "Closed",
        RefundState::Failed { .. } => "Failed",
        RefundState::Refused { .. } => "Refused",
        RefundState::Cancelled { .. } => "Withdrawn",
        other => panic!("the table does not name {other:?}"),
    }
}
