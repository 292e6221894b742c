//! The states of a refund, and its inputs.

use kakaopay_flows::{Input, RefundState, RequestFailure, Response};
use kakaopay_types::{ErrorCode, EventKey};
use serde_json::json;

use super::cell::{TimedInput, late};
use super::make::{
    OTHER, OWN, by_hand, charge, created, list_after, now, read, refund, refund_made, refund_order,
    refund_troubled, refunds, refunds_of, refused, webhook,
};
use crate::order::{at, refund_names, start};
use crate::{Driven, Order};

/// The states of a refund, each in a payment whose refund is in it.
///
/// # Panics
/// Never: its values are valid.
#[must_use]
pub fn refund_states() -> Vec<(&'static str, Driven)> {
    let checking = || {
        let (mut driven, _) = Driven::open(Order::one_call().intent, start());
        driven.handle(created(1, Ok(charge("pending", &[]))), at(1));
        driven.handle(read(charge("successful", &[])), at(300));
        driven.refund(&refund_order(50_000), at(310)).expect("a refund");
        driven
    };
    let after = |mut driven: Driven, input: Input, seconds| {
        driven.handle(input, at(seconds));
        driven
    };
    let requested = || after(checking(), refunds(at(310), &[]), 311);
    let unknown = after(requested(), refund_troubled(RequestFailure::OutcomeUnknown), 370);
    let searching = after(unknown, refunds(at(370), &[]), 370);
    vec![
        ("Preparing", checking()),
        ("Requested", requested()),
        ("Searching", searching),
        ("Blocked", after(requested(), refund_made(json!({"amount": 1})), 320)),
        ("Pending", after(requested(), refund_made(json!({"status": "pending"})), 320)),
        ("Completed", after(requested(), refund_made(json!({})), 320)),
        ("Failed", after(requested(), refund_made(json!({"status": "failed"})), 320)),
        ("Refused", after(requested(), refund_troubled(refused(ErrorCode::FailedRefund)), 320)),
        ("Cancelled", after(checking(), refunds(at(310), &[by_hand(100_001)]), 320)),
    ]
}

/// The inputs of a refund.
///
/// # Panics
/// Never: its values are valid.
#[must_use]
pub fn refund_inputs() -> Vec<TimedInput> {
    let listed = |changes| refunds(now(), &[refund(changes)]);
    let failed = |trouble| {
        Input::Response(Response::Refunds { request: list_after(99), served_at: None, result: Err(trouble) })
    };
    let mut inputs = vec![("timeout, early", Input::Timeout, at(371))];
    inputs.extend(late(vec![
        ("timeout", Input::Timeout),
        ("refresh", Input::Refresh),
        ("resume", Input::Resume),
        ("made", refund_made(json!({}))),
        ("made, and pending", refund_made(json!({"status": "pending"}))),
        ("made, and failed", refund_made(json!({"status": "failed"}))),
        ("made, of an unknown status", refund_made(json!({"status": "holding"}))),
        ("made, and voided", refund_made(json!({"voided": true}))),
        ("made, without a status", refund_made(json!({"status": null}))),
        ("made, not as asked", refund_made(json!({"amount": 1}))),
        ("made, of another currency", refund_made(json!({"currency": "THB"}))),
        ("made, in another mode", refund_made(json!({"livemode": true}))),
        ("made, of another charge", refund_made(json!({"charge": OTHER}))),
        ("made, without its reference", refund_made(json!({"metadata": {}}))),
        ("made, with another reference", refund_made(json!({"metadata": refund_names("other")}))),
        (
            "made, of another store",
            refund_made(json!({"metadata": {"kakaopay_reference": "refund-1", "kakaopay_store": "0123"}})),
        ),
        ("not sent", refund_troubled(RequestFailure::NotSent)),
        ("outcome unknown", refund_troubled(RequestFailure::OutcomeUnknown)),
        ("rejected", refund_troubled(refused(ErrorCode::FailedRefund))),
        ("rejected: key", refund_troubled(refused(ErrorCode::AuthenticationFailure))),
        ("rate-limited", refund_troubled(RequestFailure::RateLimited)),
        ("list: the refund", listed(json!({}))),
        ("list: the refund, pending", listed(json!({"status": "pending"}))),
        ("list: the refund, failed", listed(json!({"status": "failed"}))),
        ("list: another refund with its reference", listed(json!({"id": "rfnd_test_other"}))),
        ("list: the refund, failed, and again", {
            refunds(now(), &[refund(json!({"status": "failed"})), refund(json!({"id": "rfnd_test_other"}))])
        }),
        ("list: the refund, without its reference", listed(json!({"metadata": {}}))),
        ("list: the refund, not as asked", listed(json!({"amount": 1}))),
        ("list: empty, asked for before", refunds_of(1, Some(now()), &[])),
        ("list: empty, early", refunds(at(969), &[])),
        ("list: empty, late", refunds(at(970), &[])),
        ("list: empty, without a time", refunds_of(99, None, &[])),
        ("list: other refunds, enough left", refunds(now(), &[by_hand(100_000)])),
        ("list: other refunds, too little left", refunds(now(), &[by_hand(100_001)])),
        ("list: other refunds, failed", {
            refunds(now(), &[refund(json!({"metadata": {}, "amount": 150_000, "status": "failed"}))])
        }),
        ("list: unreadable elements", refunds(now(), &[json!({"object": "refund", "id": 7})])),
        ("list: outcome unknown", failed(RequestFailure::OutcomeUnknown)),
        ("list: key rejected", failed(refused(ErrorCode::KeyExpired))),
        ("webhook: refund.create", webhook(EventKey::RefundCreate, OWN)),
    ]));
    inputs
}

/// Name of the refund's state in the table.
///
/// # Panics
/// If there is no refund, or the table does not name its state.
#[must_use]
pub fn refund_state_of(driven: &Driven) -> &'static str {
    let refund = driven.payment.refunds().values().next().expect("a refund");
    match refund.state() {
        RefundState::Preparing => "Preparing",
        RefundState::Requested => "Requested",
        RefundState::Searching => "Searching",
        RefundState::Blocked => "Blocked",
        RefundState::Pending { .. } => "Pending",
        RefundState::Completed { .. } => "Completed",
        RefundState::Failed { .. } => "Failed",
        RefundState::Refused { .. } => "Refused",
        RefundState::Cancelled { .. } => "Cancelled",
        other => panic!("the table does not name {other:?}"),
    }
}
