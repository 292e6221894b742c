//! The buyer's decisions without pages.

use std::time::Duration;

use kakaopay_sandbox::{BuyerAction, BuyerActionError};
use kakaopay_types::{ChargeId, FailureCode};

use crate::common::TestClient;

fn charge(client: &mut TestClient) -> ChargeId {
    client.charge().parse().expect("an id")
}

#[test]
fn a_buyers_decision_ends_a_charge_once() {
    let mut client = TestClient::new();
    for (action, status) in [
        (BuyerAction::Approve, "successful"),
        (BuyerAction::Fail(FailureCode::PaymentRejected), "failed"),
        (BuyerAction::Expire, "expired"),
    ] {
        let charge = charge(&mut client);
        client.sandbox.act_as_buyer(&charge, action.clone()).expect("pending");
        let object = client.secret("GET", &format!("/charges/{charge}"), "").ok();
        assert_eq!(object["status"], status);
        for again in [BuyerAction::Approve, BuyerAction::ApproveAfter(Duration::ZERO), action] {
            let again = client.sandbox.act_as_buyer(&charge, again);
            assert_eq!(again, Err(BuyerActionError::AlreadyEnded));
        }
        assert_eq!(client.secret("GET", &format!("/charges/{charge}"), "").ok(), object);
    }
    let none = "chrg_test_0000000000000000000".parse().expect("an id");
    assert_eq!(client.sandbox.act_as_buyer(&none, BuyerAction::Approve), Err(BuyerActionError::NotFound));
}

#[test]
fn a_delayed_approval_follows_the_sandboxs_clock() {
    let mut client = TestClient::new();
    let charge = charge(&mut client);
    let later = BuyerAction::ApproveAfter(Duration::from_secs(60));
    client.sandbox.act_as_buyer(&charge, later).expect("pending");
    client.clock.advance_seconds(59);
    let activity = client.sandbox.activity(1);
    assert_eq!((activity.charges[0].0.status, activity.event_count), ("pending", 1));
    client.clock.advance_seconds(1);
    let activity = client.sandbox.activity(1);
    assert_eq!((activity.charges[0].0.status, activity.event_count), ("successful", 2));
    assert_eq!(activity.charges[0].1[0].key, "charge.complete");
}

#[test]
fn an_expired_charge_cannot_be_approved() {
    let mut client = TestClient::new();
    let charge = charge(&mut client);
    client.clock.advance_seconds(7 * 86_400);
    assert_eq!(
        client.sandbox.act_as_buyer(&charge, BuyerAction::Approve),
        Err(BuyerActionError::AlreadyEnded)
    );
}
