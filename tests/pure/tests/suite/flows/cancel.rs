//! Cancelling: the merchant's wish, and both responses of the service.

use std::num::NonZeroU32;

use kakaopay_flows::{
    Alert, Deadline, Input, Intent, LateReason, PayAgainError, Payment, PaymentEvent, Request,
    RequestFailure, Response, State,
};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{ApiError, Charge, ErrorCode, Money, PaymentAmount};
use serde_json::{Value, json};

fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}

fn created(result: Result<Charge, RequestFailure>) -> Input {
    Input::Response(Response::Charge { attempt: one(), result: result.map(Box::new) })
}

pub(super) fn charge(status: &'static str, more: &[(&'static str, Value)]) -> Charge {
    let mut changes = guide::ended(status);
    changes.push(("created_at", json!(start().to_string())));
    changes.extend(more.iter().cloned());
    Order::one_call().charge(1, &changes)
}

/// A read that was requested after an entry, and served at an instant.
pub(super) fn read_at(after_seq: u64, served_at: i64, status: &'static str) -> Input {
    let charge = charge(status, &[]);
    Input::Response(Response::Read {
        charge: charge.id.clone(),
        after_seq,
        served_at: Some(at(served_at)),
        result: Ok(Box::new(charge)),
    })
}

/// A read that was requested after all that is recorded.
pub(super) fn read(driven: &Driven, status: &'static str) -> Input {
    read_at(driven.payment.seq(), 0, status)
}

pub(super) fn expire(result: Result<Charge, RequestFailure>) -> Input {
    let charge = charge("pending", &[]).id;
    Input::Response(Response::Expire { charge, result: result.map(Box::new) })
}

pub(super) fn rejected() -> RequestFailure {
    RequestFailure::Rejected(ApiError::new(ErrorCode::FailedExpire, "no"))
}

pub(super) fn keys(driven: &Driven) -> Vec<String> {
    driven.events.iter().map(|event| event.key().replacen("order-345678/", "", 1)).collect()
}

/// The names of requests, as in the tables.
pub(super) fn names(requests: &[Request]) -> String {
    let name = |request: &Request| match request {
        Request::CreateSource(_) => 's',
        Request::CreateCharge(_) => 'c',
        Request::RetrieveCharge(_) => 'r',
        Request::ExpireCharge(_) => 'x',
        Request::FindCharge(_) => 'l',
        Request::CreateRefund { .. } => 'R',
        Request::ListRefunds(_) => 'L',
    };
    requests.iter().map(name).collect()
}

fn opened(intent: Intent) -> Driven {
    Driven::open(intent, start()).0
}

pub(super) fn pending_of(intent: Intent) -> Driven {
    let mut driven = opened(intent);
    driven.handle(created(Ok(charge("pending", &[]))), at(1));
    driven
}

pub(super) fn pending() -> Driven {
    pending_of(Order::one_call().intent)
}

/// A payment whose wish the service has refused.
pub(super) fn refused() -> Driven {
    let mut driven = pending();
    driven.handle(Input::Cancel, at(100));
    driven.handle(expire(Err(rejected())), at(101));
    let read = read(&driven, "pending");
    driven.handle(read, at(102));
    assert_eq!(keys(&driven), ["1/cancel_refused"]);
    driven
}

#[track_caller]
pub(super) fn assert_replays(driven: &Driven) {
    let entries = driven.journal.iter().map(|(seq, bytes)| (*seq, bytes.as_slice()));
    let replayed = Payment::replay(entries).expect("a good journal").expect("opened");
    assert_eq!(replayed.cancel_wish(), driven.payment.cancel_wish());
    assert_eq!(replayed.snapshot().expect("durable"), driven.payment.snapshot().expect("durable"));
    let snapshot = driven.payment.snapshot().expect("durable");
    assert_eq!(Payment::restore(&snapshot, []).expect("sound").state(), driven.state());
    for key in driven.payment.notification_keys() {
        assert!(driven.events.iter().any(|event| event.key() == key), "{key}");
    }
}

#[test]
fn f64_a_payment_that_has_requested_no_charge_is_cancelled_at_once() {
    let mut not_sent = opened(Order::one_call().intent);
    not_sent.handle(created(Err(RequestFailure::NotSent)), at(1));
    for mut driven in [opened(Order::two_calls().intent), not_sent] {
        assert_eq!(names(&driven.handle(Input::Cancel, at(2))), "");
        assert_eq!(
            (driven.state(), keys(&driven)),
            (&State::Cancelled(None), vec!["1/cancelled".to_owned()])
        );
        assert_eq!(driven.deadline, Deadline::Never);
        // The source comes after all.
        let source = Input::Response(Response::Source(Ok(Box::new(guide::source()))));
        assert_eq!(names(&driven.handle(source, at(3))), "");
        assert_eq!(names(&driven.handle(Input::Cancel, at(4))), "");
        assert_eq!(driven.events.len(), 1);
        assert_replays(&driven);
    }
}

#[test]
fn f64_a_charge_of_unknown_outcome_is_looked_for_and_then_expired() {
    let mut driven = opened(Order::one_call().intent);
    assert_eq!(names(&driven.handle(Input::Cancel, at(1))), "");
    let lost = driven.handle(created(Err(RequestFailure::OutcomeUnknown)), at(60));
    assert_eq!(names(&lost), "l");
    let found = super::edited_metadata::page(&lost, &[charge("pending", &[])]);
    assert_eq!(names(&driven.handle(found, at(61))), "x");
    // The buyer never gets its link.
    assert!(driven.redirects.is_empty() && driven.payment.authorize_uri().is_none());
    assert_eq!(names(&driven.handle(expire(Ok(charge("expired", &[]))), at(62))), "r");
    assert_eq!(driven.state().name(), "pending", "only a read ends it");
    let read = read(&driven, "expired");
    driven.handle(read, at(63));
    assert!(matches!(driven.state(), State::Cancelled(Some(own)) if own.charge == charge("expired", &[]).id));
    assert_eq!(keys(&driven), ["1/cancelled"]);
    assert_replays(&driven);
}

#[test]
fn f64_no_further_attempt_is_made_for_an_unwanted_payment() {
    let mut driven = opened(Order::one_call().intent);
    let lost = driven.handle(created(Err(RequestFailure::OutcomeUnknown)), at(60));
    driven.handle(super::edited_metadata::page(&lost, &[]), at(61));
    driven.handle(Input::Cancel, at(62));
    let again = driven.handle(Input::Timeout, at(200));
    assert_eq!(names(&driven.handle(super::edited_metadata::page(&again, &[]), at(201))), "");
    assert_eq!((driven.state(), keys(&driven)), (&State::Cancelled(None), vec!["1/cancelled".to_owned()]));
    // The charge of the lost attempt is paid by another way: late money.
    let read = read_at(99, 300, "successful");
    driven.handle(read, at(300));
    assert!(
        matches!(driven.events.last(), Some(PaymentEvent::PaidLate { why: LateReason::Cancelled, .. })),
        "{:?}",
        driven.events
    );
    assert_replays(&driven);
}

#[test]
fn f64_a_request_without_effect_ends_an_unwanted_payment() {
    let key = RequestFailure::Rejected(ApiError::new(ErrorCode::NotAuthorized, "no"));
    for failure in [RequestFailure::NotSent, key] {
        let mut driven = opened(Order::one_call().intent);
        driven.handle(Input::Cancel, at(1));
        assert_eq!(names(&driven.handle(created(Err(failure)), at(2))), "");
        assert_eq!(keys(&driven), ["1/cancelled"]);
        assert_eq!(driven.deadline, Deadline::Never);
    }
}

/// Each end that a read shows after the wish.
#[test]
fn f64_i2_only_a_read_ends_the_payment() {
    for (status, state, expected) in [
        ("expired", "cancelled", vec!["1/cancelled"]),
        ("failed", "failed", vec!["1/failed"]),
        ("successful", "cancelled", vec!["1/cancelled", "late/chrg_test_5w4415netlwqpc54tyg"]),
    ] {
        let mut driven = pending();
        assert_eq!(names(&driven.handle(Input::Cancel, at(10))), "x");
        assert_eq!(driven.payment.authorize_uri(), None);
        assert_eq!(names(&driven.handle(Input::Cancel, at(11))), "", "the wish is recorded once");
        let read = read(&driven, status);
        driven.handle(read.clone(), at(12));
        driven.handle(read, at(13));
        assert_eq!(
            (driven.state().name(), keys(&driven)),
            (state, expected.iter().map(|key| (*key).to_owned()).collect())
        );
        assert!(!driven.state().is_paid() && driven.payment.cancel_wish().is_none());
        assert_replays(&driven);
    }
}

#[test]
fn f64_the_request_is_repeated_while_the_charge_reads_pending() {
    for (result, after) in [
        (Err(RequestFailure::OutcomeUnknown), "r"),
        (Err(RequestFailure::RateLimited), "r"),
        (Err(RequestFailure::NotSent), ""),
        (Ok(charge("pending", &[])), "r"),
    ] {
        let mut driven = pending();
        driven.handle(Input::Cancel, at(10));
        assert_eq!(names(&driven.handle(expire(result), at(10))), after);
        // Not at once: the reading may be stale.
        let stale = read(&driven, "pending");
        assert_eq!(names(&driven.handle(stale, at(10))), "");
        let Deadline::At(next) = driven.deadline else { panic!("no deadline") };
        assert!(next <= at(13), "{next}");
        assert_eq!(names(&driven.handle(Input::Timeout, next)), "r");
        let pending = read(&driven, "pending");
        assert_eq!(names(&driven.handle(pending, next)), "x");
        assert!(driven.events.is_empty());
        assert_replays(&driven);
    }
}

#[test]
fn f64_a_refusal_is_notified_once_after_a_read() {
    let mut driven = pending();
    driven.handle(Input::Cancel, at(100));
    let before = driven.payment.seq();
    assert_eq!(names(&driven.handle(expire(Err(rejected())), at(101))), "r");
    // This one was requested before the rejection: the charge may have been paid in between.
    driven.handle(read_at(before, 0, "pending"), at(102));
    assert!(driven.events.is_empty());
    let after = read(&driven, "pending");
    driven.handle(after.clone(), at(103));
    assert_eq!(names(&driven.handle(after, at(200))), "");
    assert_eq!(names(&driven.handle(Input::Timeout, at(300))), "r");
    let Some(PaymentEvent::CancelRefused { payable_until, number: 1, .. }) = driven.events.last() else {
        panic!("{:?}", driven.events)
    };
    assert_eq!((*payable_until, driven.events.len()), (charge("pending", &[]).expires_at, 1));
    assert_eq!(driven.payment.authorize_uri(), None);
    assert_replays(&driven);
    // Paid after all, or expired by itself.
    for (status, last) in [("successful", "late/chrg_test_5w4415netlwqpc54tyg"), ("expired", "1/cancelled")] {
        let mut driven = driven.clone();
        let end = read(&driven, status);
        driven.handle(end, at(400));
        assert_eq!(keys(&driven).last().map(String::as_str), Some(last));
        assert_eq!(driven.state().name(), "cancelled");
        assert_replays(&driven);
    }
}

#[test]
fn f64_a_key_that_may_not_cancel_raises_an_alert_until_it_may() {
    let mut driven = pending();
    driven.handle(Input::Cancel, at(10));
    let key = RequestFailure::Rejected(ApiError::new(ErrorCode::NotAuthorized, "no"));
    driven.handle(expire(Err(key)), at(11));
    let pending = read(&driven, "pending");
    assert_eq!(names(&driven.handle(pending, at(20))), "x");
    assert!(matches!(driven.payment.alerts().first(), Some(Alert::KeyRefused { .. })), "still wanted");
    let ended = read(&driven, "expired");
    driven.handle(ended, at(21));
    assert!(driven.payment.alerts().is_empty());
}

#[test]
fn f64_a_wish_that_is_taken_back_leaves_the_payment_as_before() {
    // While the charge is requested, while it is cancelled, and after a refusal.
    for stage in ["creating", "pending", "refused"] {
        let mut driven = match stage {
            "creating" => opened(Order::one_call().intent),
            "pending" => pending(),
            _ => refused(),
        };
        driven.handle(Input::Cancel, at(110));
        // A request that is under way may end the charge: the buyer must not get the link of an ended one.
        let reads = if stage == "creating" { "" } else { "r" };
        assert_eq!(names(&driven.handle(Input::TakeCancelBack, at(111))), reads);
        assert_eq!(names(&driven.handle(Input::TakeCancelBack, at(112))), "");
        if stage == "creating" {
            driven.handle(created(Ok(charge("pending", &[]))), at(113));
        }
        let link = String::from(charge("pending", &[]).authorize_uri.expect("a page"));
        assert_eq!(driven.payment.authorize_uri(), Some(link.as_str()), "{stage}");
        assert_eq!(driven.redirects.last(), Some(&link));
        // A rejection that was on its way says nothing.
        driven.handle(expire(Err(rejected())), at(114));
        let events = driven.events.len();
        let pending = read(&driven, "pending");
        assert_eq!(names(&driven.handle(pending, at(115))), "");
        let paid = read(&driven, "successful");
        driven.handle(paid, at(116));
        assert!(matches!(driven.events[events..], [PaymentEvent::Paid(_)]), "{stage}: {:?}", driven.events);
        assert_replays(&driven);
    }
    // Wished again, and refused again: under another key.
    let mut driven = refused();
    driven.handle(Input::TakeCancelBack, at(200));
    assert_eq!(names(&driven.handle(Input::Cancel, at(201))), "x");
    driven.handle(expire(Err(rejected())), at(202));
    let pending = read(&driven, "pending");
    driven.handle(pending, at(203));
    assert_eq!(keys(&driven), ["1/cancel_refused", "1/cancel_refused/2"]);
    assert_replays(&driven);
}

#[test]
fn f64_another_attempt_begins_after_the_payment_was_cancelled() {
    let amount = |amount| {
        let currency = Order::one_call().intent.amount.money().currency();
        PaymentAmount::new(Money::new(amount, currency)).expect("an amount")
    };
    let other = || {
        let mut intent = Order::one_call().intent;
        intent.amount = amount(140_000);
        intent
    };
    let mut driven = refused();
    let conflict = driven.pay_again(&other(), one(), at(110));
    assert!(matches!(conflict, Err(PayAgainError::AmountConflict { .. })), "{conflict:?}");
    // The attempt has not ended. Only a checkout takes the wish back.
    let mut same = driven.clone();
    assert_eq!(same.pay_again(&Order::one_call().intent, one(), at(111)), Ok(vec![]));
    assert!(same.payment.cancel_wish().is_some() && same.payment.authorize_uri().is_none());
    let ended = read(&driven, "expired");
    driven.handle(ended, at(111));
    let requests = driven.pay_again(&other(), one(), at(112)).expect("begun");
    assert_eq!((names(&requests).as_str(), driven.payment.cancel_wish()), ("c", None));
    let keys = driven.payment.notification_keys();
    assert_eq!(keys, ["order-345678/1/cancel_refused", "order-345678/1/cancelled"]);
    // The cancelled charge is paid after all, and then the second one.
    driven.handle(read_at(99, 120, "successful"), at(120));
    let Some(PaymentEvent::PaidLate { why: LateReason::Cancelled, amount: late, .. }) = driven.events.last()
    else {
        panic!("{:?}", driven.events)
    };
    assert_eq!(late.minor_units(), 150_000);
    let mut changes = guide::ended("successful");
    changes.extend([("id", json!("chrg_test_second")), ("amount", json!(140_000))]);
    let second = Order::one_call().charge(2, &changes);
    driven.handle(Input::Evidence(kakaopay_flows::Evidence::Read(Box::new(second))), at(130));
    assert_eq!(driven.state().name(), "successful");
    assert_replays(&driven);
}
