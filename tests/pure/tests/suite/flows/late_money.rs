//! Late money: charges of the order that were paid and do not pay it are notified once, and go back by their ids.

use kakaopay_flows::{
    Input, LateRefund, PaymentEvent, RefundError, RefundState, Request, RequestFailure, Response,
};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{Charge, ChargeId};
use serde_json::json;

use super::refunds::{made, order, paid, whole};

const OWN: &str = "chrg_test_5w4415netlwqpc54tyg";

fn read(charge: Charge) -> Input {
    Input::Response(Response::Read {
        charge: charge.id.clone(),
        after_seq: 0,
        served_at: None,
        result: Ok(Box::new(charge)),
    })
}

fn ended(status: &'static str, id: &str) -> Charge {
    let mut changes = guide::ended(status);
    changes.push(("id", json!(id)));
    Order::one_call().charge(1, &changes)
}

/// A payment whose charge was read as ended, and then as paid.
fn paid_after(end: &'static str) -> Driven {
    let (mut driven, _) = Driven::open(Order::one_call().intent, start());
    driven.handle(read(ended(end, OWN)), at(100));
    driven.handle(read(ended("successful", OWN)), at(200));
    driven
}

fn own() -> ChargeId {
    ChargeId::parse(OWN).expect("an id")
}

fn keys(driven: &Driven) -> Vec<String> {
    driven.events.iter().map(|event| event.key().replacen("order-345678/", "", 1)).collect()
}

fn created(requests: &[Request]) -> Vec<&ChargeId> {
    let created = requests.iter().filter_map(|request| match request {
        Request::CreateRefund { create, .. } => Some(&create.charge),
        _ => None,
    });
    created.collect()
}

#[test]
fn i1_i2_i5_late_money_goes_back_by_its_charge() {
    for end in ["failed", "expired"] {
        let mut driven = paid_after(end);
        assert_eq!(keys(&driven), [format!("1/{end}"), format!("late/{OWN}")]);
        let request = order("r1", 150_000, LateRefund::Reject);
        // Goods were never released, so that only the charge itself can be named.
        assert_eq!(driven.refund(&request, at(210)).err(), Some(RefundError::NotPaid));
        let other = request.clone().charge(ChargeId::parse("chrg_test_other").expect("an id"));
        assert_eq!(driven.refund(&other, at(210)).err(), Some(RefundError::ChargeNotPaid));
        let request = request.charge(own());
        let requests = driven.refund(&request, at(210)).expect("a refund");
        assert_eq!(created(&driven.handle(whole(&requests, &[]), at(211))), [&own()]);
        // The money is promised.
        let second = order("r2", 1, LateRefund::Reject).charge(own());
        assert!(matches!(driven.refund(&second, at(212)), Err(RefundError::Exceeds { .. })));
        // An unknown outcome is looked for among the refunds of that charge, and not sent again before.
        let unknown = Err(RequestFailure::OutcomeUnknown);
        let response = Response::Refund { reference: request.reference.clone(), number: 1, result: unknown };
        let requests = driven.handle(Input::Response(response), at(213));
        assert!(created(&requests).is_empty());
        driven.handle(whole(&requests, &[made("rfnd_test_1", Some("r1"), 150_000, "closed")]), at(214));
        assert!(matches!(
            driven.payment.refunds()[&request.reference].state(),
            RefundState::Completed { .. }
        ));
        let Some(PaymentEvent::Refunded { notice, .. }) = driven.events.last() else { panic!("{end}") };
        assert_eq!(notice.charge, own());
        assert_eq!(driven.state().name(), end);
    }
}

/// F16: the window of late money counts from when its own charge was paid.
#[test]
fn f16_i5_late_money_has_its_own_refund_window() {
    let mut driven = paid_after("expired");
    let request = order("r1", 1, LateRefund::Reject).charge(own());
    let refused = driven.refund(&request, at(3 * 86_400));
    assert!(matches!(refused, Err(RefundError::WindowClosed { .. })), "{refused:?}");
}

/// I5: two charges of one order, and neither spends the other's money.
#[test]
fn i5_each_charge_gives_back_its_own_money() {
    let mut driven = paid(&[]);
    driven.handle(read(ended("successful", "chrg_test_other")), at(2));
    assert_eq!(keys(&driven), ["paid", "late/chrg_test_other"]);
    let requests = driven.refund(&order("r1", 150_000, LateRefund::Reject), at(10)).expect("a refund");
    assert_eq!(created(&driven.handle(whole(&requests, &[]), at(10))), [&own()]);
    let late = ChargeId::parse("chrg_test_other").expect("an id");
    // The same reference is another request.
    let again = order("r1", 150_000, LateRefund::Reject).charge(late.clone());
    assert_eq!(driven.refund(&again, at(11)).err(), Some(RefundError::ReferenceConflict));
    let second = order("r2", 150_000, LateRefund::Reject).charge(late.clone());
    let requests = driven.refund(&second, at(12)).expect("a refund");
    assert_eq!(created(&driven.handle(whole(&requests, &[]), at(12))), [&late]);
}
