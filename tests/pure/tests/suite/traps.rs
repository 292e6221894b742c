//! Misleading members of real charges, one test for each trap.

use kakaopay_pure_tests::guide::{self, charge_with};
use kakaopay_types::{Charge, Outcome};
use serde_json::{Value, json};

/// The charge's end is read from its status, whatever stands beside it.
#[track_caller]
fn check(status: &str, misleading: &[(&str, Value)], expected: Outcome<'_>) {
    let mut changes = vec![("status", json!(status))];
    changes.extend_from_slice(misleading);
    assert_eq!(charge_with(&changes).outcome(), expected);
}

const FAILED: Outcome<'static> = Outcome::Failed { code: None, message: None };

#[test]
fn a_paid_charge_has_an_expired_at_once_its_time_has_passed() {
    check("successful", &[("expired_at", json!("2023-06-22T02:25:15Z"))], Outcome::Successful);
}

#[test]
fn a_failed_charge_that_is_read_later_says_it_expired() {
    check("failed", &[("expired", json!(true)), ("expired_at", json!("2023-06-22T02:25:15Z"))], FAILED);
}

#[test]
fn a_charge_that_failed_or_expired_has_the_whole_amount_captured() {
    let captured = [("authorized_amount", json!(150_000)), ("captured_amount", json!(150_000))];
    check("failed", &captured, FAILED);
    check("expired", &captured, Outcome::Expired);
}

#[test]
fn no_flag_makes_a_charge_paid() {
    let flags = [
        ("paid", json!(true)),
        ("authorized", json!(true)),
        ("capture", json!(true)),
        ("paid_at", json!("2023-06-15T02:30:00Z")),
        ("transaction", json!("trxn_test_1")),
        ("source.charge_status", json!("successful")),
    ];
    check("pending", &flags, Outcome::Pending);
    check("failed", &flags, FAILED);
    check("expired", &flags, Outcome::Expired);
}

#[test]
fn a_full_refund_leaves_the_status() {
    let refunded = [
        ("refunded_amount", json!(150_000)),
        ("refundable", json!(false)),
        ("voided", json!(true)),
        ("disputable", json!(false)),
    ];
    check("successful", &refunded, Outcome::Successful);
}

#[test]
fn more_may_be_refunded_than_was_paid() {
    let charge = charge_with(&[("status", json!("successful")), ("refunded_amount", json!(150_001))]);
    assert_eq!((charge.outcome(), charge.refunded_amount()), (Outcome::Successful, Some(150_001)));
}

#[test]
fn a_pending_card_charge_may_be_authorised_already() {
    check("pending", &[("authorized", json!(true)), ("capturable", json!(true))], Outcome::Pending);
}

/// None of them can make a charge unreadable, and each is written as it came.
#[test]
fn f27_a_misleading_member_may_hold_anything() {
    let misleading = [
        "authorization_type",
        "authorized_amount",
        "captured_amount",
        "missing_3ds_fields",
        "expired_at",
        "multi_capture",
        "authorized",
        "capturable",
        "capture",
        "disputable",
        "refundable",
        "partially_refundable",
        "reversed",
        "reversible",
        "voided",
        "paid",
        "expired",
        "can_perform_void",
    ];
    for name in misleading {
        assert!(Charge::MEMBERS.contains(&name), "{name}");
        for value in [json!("yes"), json!(-1), json!([1, {"a": null}]), json!({"a": 1.5}), json!(true)] {
            let mut charge: Value = serde_json::from_str(guide::CHARGE).unwrap();
            charge[name] = value.clone();
            let charge: Charge = kakaopay_types::decode::from_value(charge).expect(name);
            assert_eq!(charge.outcome(), Outcome::Pending);
            assert_eq!(serde_json::to_value(&charge).unwrap()[name], value, "{name}");
        }
    }
}
