//! F58: others replace the metadata of the order's own charge. Its id was in the response to its creation, so it
//! is recognised all the same, unless it names another order.

use kakaopay_flows::{
    Alert, ChargeSearch, Evidence, Input, LateReason, PaymentEvent, RefundRequest, Request, RequestFailure,
    Response, State,
};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{Charge, List, Mismatch, Reference, RefundAmount, decode};
use serde_json::{Value, json};
use std::num::NonZeroU32;

fn read(charge: Charge) -> Input {
    Input::Response(Response::Read {
        charge: charge.id.clone(),
        after_seq: 0,
        served_at: None,
        result: Ok(Box::new(charge)),
    })
}

fn created(result: Result<Charge, RequestFailure>) -> Input {
    Input::Response(Response::Charge { attempt: NonZeroU32::MIN, result: result.map(Box::new) })
}

/// A payment whose charge was in the response to its creation.
fn created_here() -> Driven {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(created(Ok(Order::one_call().charge(1, &[]))), at(1));
    driven
}

/// A payment whose charge was found by a look-up.
fn found_by_look_up() -> Driven {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    let requests = driven.handle(created(Err(RequestFailure::OutcomeUnknown)), at(1));
    driven.handle(page(&requests, &[Order::one_call().charge(1, &[])]), at(2));
    driven
}

/// The response to the look-up among the requests: a list of these charges alone.
pub(super) fn page(requests: &[Request], data: &[Charge]) -> Input {
    let found = requests.iter().find_map(|request| match request {
        Request::FindCharge(look_up) => Some(look_up.clone()),
        _ => None,
    });
    let request: ChargeSearch = found.expect("a look-up");
    let list = json!({"object": "list", "data": data, "limit": 100, "offset": 0, "total": data.len()});
    let list: List<Charge> = decode::from_value(list).expect("a list");
    Input::Response(Response::FindCharge { request, served_at: None, result: Ok(Box::new(list)) })
}

fn edited(status: &'static str, metadata: Value) -> Charge {
    let mut changes = guide::ended(status);
    changes.push(("metadata", metadata));
    Order::one_call().charge(1, &changes)
}

/// Each metadata that staff may write, and whether the charge is still the order's.
fn metadata() -> Vec<(&'static str, Value, bool)> {
    let named = |name: &str| json!({"kakaopay_reference": name});
    vec![
        ("absent", json!({}), true),
        ("other members", json!({"note": "call the buyer"}), true),
        ("garbage", named("call the buyer"), true),
        ("not a text", json!({"kakaopay_reference": 7}), true),
        ("the same", named("order-345678/1"), true),
        ("another attempt", named("order-345678/2"), true),
        ("another order's", named("order-1/1"), false),
    ]
}

#[test]
fn f58_the_own_charge_is_recognised_by_its_id() {
    for begin in [created_here, found_by_look_up] {
        for (name, metadata, is_own) in metadata() {
            for (status, state) in [
                ("pending", "pending"),
                ("successful", "successful"),
                ("failed", "failed"),
                ("expired", "expired"),
            ] {
                let mut driven = begin();
                assert_eq!(driven.state().name(), "pending");
                driven.handle(read(edited(status, metadata.clone())), at(60));
                // No money comes by a charge that has ended unpaid, whatever it names.
                let expected = if is_own || status != "successful" { state } else { "pending" };
                assert_eq!(driven.state().name(), expected, "{name}, {status}");
                let alert =
                    Alert::Mismatch { charge: edited(status, json!({})).id, member: Mismatch::Reference };
                assert_eq!(driven.payment.alerts().contains(&alert), !is_own, "{name}, {status}");
                let paid = driven.events.iter().filter(|event| matches!(event, PaymentEvent::Paid(_)));
                assert_eq!(paid.count(), usize::from(is_own && status == "successful"), "{name}, {status}");
            }
        }
    }
}

/// I2: staff put the reference back, and the payment goes on.
#[test]
fn f58_i2_a_reference_that_is_put_back_ends_the_mismatch() {
    let mut driven = created_here();
    driven.handle(read(edited("successful", json!({"kakaopay_reference": "order-1/1"}))), at(60));
    assert!(matches!(driven.state(), State::Pending(_)));
    let again = Order::one_call().charge(1, &guide::ended("successful"));
    driven.handle(Input::Evidence(Evidence::Read(Box::new(again))), at(90));
    assert!(matches!(driven.state(), State::Successful { .. }));
}

/// I3, I8: a paid charge that names another order pays nothing. Once a person has set it aside, the payment ends, and the
/// money can go back.
#[test]
fn f58_i3_i8_a_paid_charge_that_was_set_aside_ends_the_payment_as_failed() {
    let mut driven = created_here();
    let other = || read(edited("successful", json!({"kakaopay_reference": "order-1/1"})));
    driven.handle(other(), at(60));
    let key = driven.payment.alerts().first().expect("an alert").key();
    assert!(driven.acknowledge(&key, at(61)));
    assert!(matches!(driven.state(), State::Pending(_)));
    let events = driven.events.len();
    for time in [90, 120] {
        driven.handle(other(), at(time));
        assert!(matches!(driven.state(), State::Failed { code: None, .. }));
        let [PaymentEvent::Failed { .. }, PaymentEvent::PaidLate { why: LateReason::Mismatch, .. }] =
            &driven.events[events..]
        else {
            panic!("{:?}", driven.events)
        };
    }
    assert!(driven.payment.alerts().is_empty());
    let charge = edited("successful", json!({})).id;
    let refund = Reference::parse("refund-1").expect("a reference");
    let refund = RefundRequest::new(refund, RefundAmount::new(150_000).expect("an amount")).charge(charge);
    assert!(driven.refund(&refund, at(130)).is_ok());
    // One that is still to be paid is read on, and may be put right.
    let mut driven = created_here();
    driven.handle(read(edited("pending", json!({"kakaopay_reference": "order-1/1"}))), at(60));
    assert!(driven.acknowledge(&key, at(61)));
    driven.handle(read(edited("pending", json!({"kakaopay_reference": "order-1/1"}))), at(62));
    driven.handle(read(Order::one_call().charge(1, &guide::ended("successful"))), at(90));
    assert!(matches!(driven.state(), State::Successful { .. }));
}

/// I6: the edited charge neither contradicts the end of the payment nor begins another.
#[test]
fn f58_i6_an_ended_payment_keeps_its_end() {
    for (name, metadata, is_own) in metadata() {
        let mut driven = created_here();
        driven.handle(read(Order::one_call().charge(1, &guide::ended("successful"))), at(60));
        let events = driven.events.len();
        driven.handle(read(edited("successful", metadata)), at(90));
        assert!(matches!(driven.state(), State::Successful { .. }), "{name}");
        assert_eq!(driven.events.len(), events + usize::from(!is_own), "{name}");
    }
}
