//! The proof that an order was paid: a table of every member that may differ.

use std::num::NonZeroU32;

use kakaopay_pure_tests::{Order, guide};
use kakaopay_types::{Charge, Confirmed, Currency, Expected, Mismatch, Mode, Money, Unconfirmed};
use serde_json::{Value, json};

fn expected() -> Expected {
    let attempt = Order::one_call().intent.reference.attempt(NonZeroU32::MIN);
    Expected::new(Money::new(150_000, Currency::SGD), Mode::Test, attempt)
}

#[track_caller]
fn check(changes: &[(&'static str, Value)], result: Result<(), Unconfirmed>) {
    let mut all = guide::ended("successful");
    all.extend(changes.iter().cloned());
    let charge: Charge = Order::one_call().charge(1, &all);
    assert_eq!(Confirmed::paid(charge, &expected()).map(drop), result, "{changes:?}");
}

#[test]
fn i4_the_orders_own_paid_charge_is_proof() {
    check(&[], Ok(()));
    // Members that mislead prove nothing either way.
    check(
        &[("paid", json!(false)), ("expired", json!(true)), ("expired_at", json!("2023-06-22T02:25:15Z"))],
        Ok(()),
    );
    check(&[("refundable", json!(false)), ("reversed", json!(true)), ("voided", json!("yes"))], Ok(()));
    // A part went back: the rest is paid.
    check(&[("refunded_amount", json!(149_999))], Ok(()));
    check(&[("refunded_amount", Value::Null), ("refunded", json!(149_999))], Ok(()));
    check(&[("refunded_amount", json!(-150_000))], Ok(()));
}

/// Both API versions name the sum of the refunds, each by another name.
#[test]
fn f49_i4_a_charge_refunded_in_full_is_no_proof() {
    let back = Err(Unconfirmed::RefundedInFull);
    check(&[("refunded_amount", json!(150_000))], back);
    check(&[("refunded_amount", json!(150_001))], back);
    check(&[("refunded_amount", Value::Null), ("refunded", json!(150_000))], back);
    check(&[("voided", json!(true))], back);
    check(&[("voided", json!(true)), ("refunded_amount", Value::Null)], back);
    // The order of the checks: another order's charge first, then the status.
    let refunded = ("refunded_amount", json!(150_000));
    check(&[refunded.clone(), ("amount", json!(1))], Err(Unconfirmed::Mismatch(Mismatch::Amount)));
    for status in ["pending", "failed", "expired", "reversed"] {
        check(&[refunded.clone(), ("status", json!(status))], Err(Unconfirmed::NotPaid));
    }
}

#[test]
fn f49_the_money_that_went_back_is_shown_in_each_version() {
    for (changes, minor_units) in [
        (vec![], 0),
        (vec![("refunded_amount", json!(1))], 1),
        (vec![("refunded_amount", Value::Null), ("refunded", json!(2))], 2),
        (vec![("refunded_amount", json!(-3))], 0),
        (vec![("refunded_amount", json!(150_001))], 150_001),
        (vec![("refunded_amount", json!(4)), ("voided", json!(true))], 150_000),
    ] {
        let charge = Order::one_call().charge(1, &changes);
        assert_eq!(charge.refunded(), Money::new(minor_units, Currency::SGD), "{changes:?}");
        assert_eq!(charge.is_refunded_in_full(), minor_units >= 150_000, "{changes:?}");
    }
}

#[test]
fn i4_f20_a_charge_that_differs_in_one_member_is_none() {
    let differs = |mismatch| Err(Unconfirmed::Mismatch(mismatch));
    check(&[("amount", json!(149_999))], differs(Mismatch::Amount));
    check(&[("amount", json!(150_001))], differs(Mismatch::Amount));
    check(&[("amount", json!(-150_000))], differs(Mismatch::Amount));
    check(&[("currency", json!("THB"))], differs(Mismatch::Currency));
    check(&[("livemode", json!(true))], differs(Mismatch::Mode));
    check(&[("livemode", Value::Null)], differs(Mismatch::Mode));
    check(&[("id", json!("chrg_5w4415netlwqpc54tyg"))], differs(Mismatch::Mode));
    check(&[("source.type", json!("alipay"))], differs(Mismatch::SourceType));
    check(&[("source", Value::Null)], differs(Mismatch::SourceType));
    for reference in ["order-345678/2", "order-345679/1", "order-345678", "", "order-345678/1 "] {
        let metadata = json!({"kakaopay_reference": reference});
        check(&[("metadata", metadata)], differs(Mismatch::Reference));
    }
    check(&[("metadata", json!({}))], differs(Mismatch::Reference));
    check(&[("metadata", Value::Null)], differs(Mismatch::Reference));
    check(&[("metadata", json!({"kakaopay_reference": 1}))], differs(Mismatch::Reference));
}

#[test]
fn i4_f27_another_status_is_no_proof_whatever_else_it_says() {
    for status in ["pending", "failed", "expired", "reversed", "Successful", "successful ", "paid", ""] {
        check(&[("status", json!(status)), ("paid", json!(true))], Err(Unconfirmed::NotPaid));
    }
}

#[test]
fn i2_f27_an_irrelevant_null_does_not_hide_a_payment() {
    let charge: Value = serde_json::from_str(guide::CHARGE).expect("JSON");
    let needed = ["object", "id", "amount", "currency", "status", "metadata", "source", "livemode"];
    let members =
        charge.as_object().expect("an object").keys().filter(|name| !needed.contains(&name.as_str()));
    let mut checked = 0;
    for name in members {
        // The table wants names that live as long as the program.
        let name: &'static str = Box::leak(name.clone().into_boxed_str());
        check(&[(name, Value::Null)], Ok(()));
        checked += 1;
    }
    let source = charge["source"].as_object().expect("an object");
    for name in source
        .keys()
        .filter(|name| !["object", "id", "amount", "currency", "flow", "type"].contains(&name.as_str()))
    {
        let path: &'static str = Box::leak(format!("source.{name}").into_boxed_str());
        check(&[(path, Value::Null)], Ok(()));
        checked += 1;
    }
    assert!(checked > 60, "{checked}");
}
