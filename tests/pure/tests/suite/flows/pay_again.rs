//! F64: the merchant begins another attempt after one has ended unpaid.

use std::num::NonZeroU32;

use kakaopay_flows::{
    Alert, Evidence, Input, Intent, LateReason, PayAgainError, Payment, PaymentEvent, Request,
    RequestFailure, Response, SourceMode, State,
};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{ApiError, Charge, ChargeId, ErrorCode, EventKey, Money, PaymentAmount};
use serde_json::{Value, json};

const SECOND: &str = "chrg_test_second";

fn attempt(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("from one")
}

fn intent(amount: i64) -> Intent {
    let before = Order::one_call().intent;
    let amount = PaymentAmount::new(Money::new(amount, before.amount.money().currency())).expect("an amount");
    Intent::new(before.reference, before.store, amount, before.return_uri, before.mode, 9)
}

fn same() -> Intent {
    intent(Order::one_call().intent.amount.money().minor_units())
}

fn created(number: u32, result: Result<Charge, RequestFailure>) -> Input {
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

fn first(status: &str) -> Charge {
    Order::one_call().charge(1, &guide::ended(status))
}

fn second(status: &str, amount: i64) -> Charge {
    let mut changes: Vec<(&str, Value)> = guide::ended(status);
    changes.extend([("id", json!(SECOND)), ("amount", json!(amount))]);
    Order::one_call().charge(2, &changes)
}

fn opened() -> Driven {
    Driven::open(Order::one_call().intent, start()).0
}

/// A payment whose first attempt has ended like this.
fn ended(status: &str) -> Driven {
    let mut driven = opened();
    if status == "refused" {
        let rejected = RequestFailure::Rejected(ApiError::new(ErrorCode::InvalidCharge, "no"));
        driven.handle(created(1, Err(rejected)), at(1));
    } else {
        driven.handle(created(1, Ok(Order::one_call().charge(1, &[]))), at(1));
        driven.handle(read(first(status)), at(100));
    }
    assert_eq!(driven.state().name(), status);
    driven
}

fn keys(driven: &Driven) -> Vec<String> {
    driven.events.iter().map(PaymentEvent::key).collect()
}

#[track_caller]
fn assert_replays(driven: &Driven) {
    let journal = driven.journal.iter().map(|(seq, bytes)| (*seq, &**bytes));
    let replayed = Payment::replay(journal).expect("a journal").expect("a payment");
    assert_eq!(replayed.snapshot(), driven.payment.snapshot());
    assert_eq!(replayed.notification_keys(), driven.payment.notification_keys());
    let restored = Payment::restore(&replayed.snapshot().expect("durable"), []).expect("a snapshot");
    assert_eq!(restored.snapshot(), replayed.snapshot());
}

/// I1, I3: after each unpaid end the next attempt may have another amount. It is paid once, by its own charge.
#[test]
fn f64_i1_i3_each_unpaid_end_leads_to_another_attempt() {
    for end in ["failed", "expired", "refused"] {
        for amount in [150_000, 140_000] {
            let mut driven = ended(end);
            let requests = driven.pay_again(&intent(amount), attempt(1), at(200)).expect("begun");
            let [Request::CreateCharge(create)] = &requests[..] else { panic!("{requests:?}") };
            assert_eq!(
                (create.metadata.reference.number(), create.amount.money().minor_units()),
                (attempt(2), amount)
            );
            // A reload, a second tab or a retried request begins no third.
            assert_eq!(driven.pay_again(&intent(amount), attempt(1), at(201)), Ok(vec![]));
            assert_replays(&driven);
            driven.handle(created(2, Ok(second("pending", amount))), at(202));
            assert!(matches!(driven.state(), State::Pending(pending) if pending.attempt == attempt(2)));
            assert_eq!(driven.pay_again(&intent(amount), attempt(1), at(203)), Ok(vec![]));
            driven.handle(read(second("successful", amount)), at(300));
            assert_eq!(keys(&driven), [format!("order-345678/1/{end}"), "order-345678/paid".to_owned()]);
            let Some(PaymentEvent::Paid(paid)) = driven.events.last() else { panic!("not paid") };
            assert_eq!((paid.attempt, paid.amount.minor_units()), (attempt(2), amount));
            // A paid order is paid for ever.
            assert_eq!(driven.pay_again(&intent(amount), attempt(2), at(400)), Ok(vec![]));
            assert!(matches!(driven.state(), State::Successful { .. }));
            assert_replays(&driven);
        }
    }
}

/// Each end of each attempt is notified, under a key of its own.
#[test]
fn f64_i6_the_ends_of_three_attempts_have_three_keys() {
    let mut driven = ended("failed");
    driven.pay_again(&same(), attempt(1), at(200)).expect("begun");
    driven.handle(created(2, Ok(second("pending", 150_000))), at(201));
    driven.handle(read(second("expired", 150_000)), at(300));
    driven.pay_again(&same(), attempt(2), at(301)).expect("begun");
    let rejected = RequestFailure::Rejected(ApiError::new(ErrorCode::InvalidCharge, "no"));
    driven.handle(created(3, Err(rejected)), at(302));
    let expected = ["order-345678/1/failed", "order-345678/2/expired", "order-345678/3/refused"];
    assert_eq!(keys(&driven), expected);
    assert_eq!(driven.payment.notification_keys(), expected);
    assert_replays(&driven);
}

#[test]
fn f64_what_can_still_be_paid_is_not_paid_again() {
    let amount = |amount| Money::new(amount, Order::one_call().intent.amount.money().currency());
    let conflict =
        |number| Err(PayAgainError::AmountConflict { attempt: attempt(number), amount: amount(150_000) });
    // While the charge is created, and while it is pending.
    let mut driven = opened();
    assert_eq!(driven.pay_again(&same(), attempt(1), at(1)), Ok(vec![]));
    assert_eq!(driven.pay_again(&intent(1_000), attempt(1), at(1)), conflict(1));
    driven.handle(created(1, Ok(Order::one_call().charge(1, &[]))), at(2));
    assert_eq!(driven.pay_again(&same(), attempt(1), at(3)), Ok(vec![]));
    assert_eq!(driven.pay_again(&intent(1_000), attempt(1), at(3)), conflict(1));
    assert_eq!(driven.payment.seq(), 2);
    // A tab that is behind asks for another amount while the second attempt can be paid.
    let mut driven = ended("expired");
    driven.pay_again(&same(), attempt(1), at(200)).expect("begun");
    assert_eq!(driven.pay_again(&intent(1_000), attempt(1), at(201)), conflict(2));
    let unknown = PayAgainError::UnknownAttempt { after: attempt(7), attempt: attempt(2) };
    assert_eq!(driven.pay_again(&same(), attempt(7), at(201)), Err(unknown));
}

/// I2, I3: the earlier charge is paid after all, before or after the second one: late money, and the order is paid once.
#[test]
fn f64_i2_i3_an_earlier_charge_that_is_paid_is_late_money() {
    for (end, why) in [("failed", LateReason::Failed), ("expired", LateReason::Expired)] {
        for state in ["creating", "pending", "successful", "failed"] {
            let mut driven = ended(end);
            driven.pay_again(&same(), attempt(1), at(200)).expect("begun");
            if state != "creating" {
                driven.handle(created(2, Ok(second("pending", 150_000))), at(201));
            }
            if matches!(state, "successful" | "failed") {
                driven.handle(read(second(state, 150_000)), at(300));
            }
            assert_eq!(driven.state().name(), state);
            let key = EventKey::ChargeComplete;
            let webhook = Evidence::Webhook { key, charge: first(end).id };
            let requests = driven.handle(Input::Evidence(webhook), at(400));
            assert!(matches!(requests[..], [Request::RetrieveCharge(_)]), "{state}: {requests:?}");
            let before = driven.events.len();
            for time in [401, 402] {
                driven.handle(read(first("successful")), at(time));
                let late = &driven.events[before..];
                assert!(
                    matches!(late, [PaymentEvent::PaidLate { why: found, .. }] if *found == why),
                    "{end}, {state}: {late:?}"
                );
            }
            assert_eq!(driven.state().name(), state);
            assert_replays(&driven);
        }
    }
}

/// An earlier charge is never taken for the second attempt's, wherever it is found.
#[test]
fn f64_i4_only_a_charge_of_the_attempt_at_hand_is_adopted() {
    let mut driven = ended("expired");
    driven.pay_again(&same(), attempt(1), at(200)).expect("begun");
    let requests = driven.handle(created(2, Err(RequestFailure::OutcomeUnknown)), at(260));
    let other = Order::one_call().charge(1, &[("id", json!("chrg_test_lost"))]);
    driven.handle(super::edited_metadata::page(&requests, &[first("expired"), other]), at(261));
    assert_eq!(driven.state().name(), "creating");
    // The lost one is looked after.
    assert!(
        driven
            .payment
            .duplicate_charges()
            .contains_key(&"chrg_test_lost".parse::<ChargeId>().expect("an id"))
    );
    assert!(!driven.payment.alerts().iter().any(|alert| matches!(alert, Alert::Mismatch { .. })));
    let requests = driven.handle(Input::Timeout, at(400));
    driven.handle(super::edited_metadata::page(&requests, &[second("pending", 150_000)]), at(400));
    assert!(matches!(driven.state(), State::Pending(pending) if pending.charge.as_str() == SECOND));
}

/// A charge over the amount of an earlier attempt matches that attempt, and not the one at hand.
#[test]
fn f64_i4_each_attempt_has_its_own_amount() {
    let mut driven = ended("failed");
    driven.pay_again(&intent(140_000), attempt(1), at(200)).expect("begun");
    driven.handle(created(2, Ok(second("pending", 150_000))), at(201));
    assert!(driven.payment.alerts().iter().any(|alert| matches!(alert, Alert::Mismatch { .. })));
    let mut driven = ended("failed");
    driven.pay_again(&intent(140_000), attempt(1), at(200)).expect("begun");
    driven.handle(created(2, Ok(second("pending", 140_000))), at(201));
    driven.handle(read(first("successful")), at(202));
    let [_, PaymentEvent::PaidLate { amount, why: LateReason::Failed, .. }] = &driven.events[..] else {
        panic!("{:?}", driven.events)
    };
    assert_eq!(amount.minor_units(), 150_000);
}

/// F51: a copy that lacks the second attempt takes its charge up, if it is over the same amount.
#[test]
fn f51_f64_i2_an_attempt_that_was_lost_is_taken_up() {
    for end in ["failed", "expired", "refused"] {
        for status in ["pending", "successful"] {
            let mut driven = ended(end);
            assert!(driven.payment.is_older_than(&second(status, 150_000)));
            let evidence = Evidence::Read(Box::new(second(status, 150_000)));
            let requests = driven.handle(Input::Evidence(evidence), at(200));
            assert!(matches!(requests[..], [Request::RetrieveCharge(_)]), "{requests:?}");
            driven.handle(read(second(status, 150_000)), at(201));
            assert_eq!((driven.state().name(), driven.payment.attempt()), (status, attempt(2)), "{end}");
            assert!(driven.payment.alerts().is_empty());
            // The shop's page still names the first.
            assert_eq!(driven.pay_again(&same(), attempt(1), at(202)), Ok(vec![]));
            assert_replays(&driven);
        }
    }
    // Another amount was agreed on in a call that is lost: a person must judge it.
    let mut driven = ended("failed");
    driven.handle(read(second("pending", 140_000)), at(200));
    assert_eq!(driven.state().name(), "failed");
    assert!(matches!(driven.payment.alerts().first(), Some(Alert::Mismatch { .. })));
}

/// F51: the copy has the first attempt as pending, and its end and the second attempt are lost. In whatever order the two
/// charges are read, the order is paid by the second, and by nothing if the first is paid.
#[test]
fn f51_f64_i2_a_lost_end_is_read_before_the_lost_attempt_is_judged() {
    for (own, keys_expected) in [
        ("expired", vec!["order-345678/1/expired", "order-345678/paid"]),
        ("successful", vec!["order-345678/paid", "order-345678/late/chrg_test_second"]),
    ] {
        let mut driven = opened();
        driven.handle(created(1, Ok(Order::one_call().charge(1, &[]))), at(1));
        let evidence = Evidence::Read(Box::new(second("successful", 150_000)));
        let mut waiting = driven.handle(Input::Evidence(evidence), at(200));
        assert!(driven.payment.alerts().is_empty());
        // As the driver does: each read gets its response, and a poll comes some time later.
        for time in 201..210 {
            for request in std::mem::take(&mut waiting) {
                let Request::RetrieveCharge(retrieve) = request else { continue };
                let charge =
                    if retrieve.id.as_str() == SECOND { second("successful", 150_000) } else { first(own) };
                waiting.extend(driven.handle(read(charge), at(time)));
            }
            if waiting.is_empty() {
                waiting = driven.handle(Input::Refresh, at(time));
            }
        }
        let mut found = keys(&driven);
        found.retain(|key| !key.contains("/alert/"));
        assert_eq!(found, keys_expected, "{own}");
        // Two charges that can be paid at once are a matter for a person.
        assert_eq!(
            driven.payment.alerts().is_empty(),
            own == "expired",
            "{own}: {:?}",
            driven.payment.alerts()
        );
        assert_replays(&driven);
    }
}

/// F51: the merchant knows the end of an attempt that the copy lacks, and that left no charge.
#[test]
fn f51_f64_i6_an_attempt_whose_end_is_known_to_the_merchant_gets_no_second_number() {
    let mut driven = ended("expired");
    let requests = driven.pay_again(&same(), attempt(2), at(200)).expect("begun");
    let [Request::CreateCharge(create)] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!(create.metadata.reference.number(), attempt(3));
    assert_replays(&driven);
}

/// A separate source, and one that the browser has created, belong to their attempt.
#[test]
fn f64_each_attempt_has_its_own_source() {
    let mut driven = ended("failed");
    let requests =
        driven.pay_again(&same().source(SourceMode::Separate(None)), attempt(1), at(200)).expect("begun");
    assert!(matches!(requests[..], [Request::CreateSource(_)]), "{requests:?}");
    let mut driven = ended("failed");
    let source = "src_test_new".parse().expect("an id");
    let requests =
        driven.pay_again(&same().source(SourceMode::Existing(source)), attempt(1), at(200)).expect("begun");
    let [Request::CreateCharge(create)] = &requests[..] else { panic!("{requests:?}") };
    assert!(format!("{:?}", create.source).contains("src_test_new"), "{create:?}");
}

/// A second tab of the buyer repeats the request of before: the merchant has cancelled the payment since.
#[test]
fn f64_an_old_request_to_pay_again_takes_no_cancel_back() {
    let mut driven = ended("failed");
    driven.pay_again(&same(), attempt(1), at(200)).expect("begun");
    driven.handle(created(2, Ok(second("pending", 150_000))), at(201));
    driven.handle(Input::Cancel, at(202));
    let seq = driven.payment.seq();
    assert_eq!(driven.pay_again(&same(), attempt(1), at(203)), Ok(Vec::new()));
    assert!(driven.payment.cancel_wish().is_some() && driven.payment.authorize_uri().is_none());
    assert_eq!(driven.payment.seq(), seq, "nothing has changed");
}

/// Late money goes back as the order of its own attempt says, whatever that of a later one says.
#[test]
fn f64_i5_each_attempt_keeps_whether_its_late_money_goes_back() {
    for refunds in [true, false] {
        let first_intent = Order::one_call().intent.refund_if_paid_late(refunds);
        let mut driven = Driven::open(first_intent, start()).0;
        driven.handle(created(1, Ok(Order::one_call().charge(1, &[]))), at(1));
        driven.handle(read(first("expired")), at(100));
        driven.pay_again(&same().refund_if_paid_late(!refunds), attempt(1), at(200)).expect("begun");
        driven.handle(created(2, Ok(second("pending", 150_000))), at(201));
        driven.handle(read(first("successful")), at(300));
        assert_eq!(driven.payment.refunds().len(), usize::from(refunds));
        driven.handle(read(second("expired", 150_000)), at(301));
        driven.handle(read(second("successful", 150_000)), at(302));
        assert_eq!(driven.payment.late_charges().len(), 2);
        assert_eq!(driven.payment.refunds().len(), 1, "the one of the attempt whose order says so");
        assert_replays(&driven);
        // Also of a snapshot.
        let snapshot = driven.payment.snapshot().expect("durable");
        assert_eq!(Payment::restore(&snapshot, []).expect("sound").snapshot(), Ok(snapshot));
    }
}
