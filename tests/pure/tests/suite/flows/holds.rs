//! Holds that end, and late money that goes back by itself.

use std::time::Duration;

use kakaopay_flows::{CancelledBy, Deadline, Input, Intent, RequestFailure, Response};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order};
use serde_json::json;

use super::cancel::{
    assert_replays, charge, expire, keys, names, pending, pending_of, read, read_at, refused, rejected,
};

const HOLD: i64 = 1_800;

fn held() -> Driven {
    let hold = Duration::from_secs(HOLD.unsigned_abs());
    pending_of(Order::one_call().intent.pay_within(hold))
}

fn refunding() -> Intent {
    Order::one_call().intent.refund_if_paid_late(true)
}

#[test]
fn f64_a_hold_ends_by_the_services_clock() {
    let mut driven = held();
    assert_eq!(driven.payment.intent().pay_within, Some(Duration::from_secs(HOLD.unsigned_abs())));
    // The clock of this process is ahead: the service decides, and there is no hurry.
    assert_eq!(names(&driven.handle(read_at(1, HOLD - 1, "pending"), at(90_000))), "");
    let timeless = Input::Response(Response::Read {
        charge: charge("pending", &[]).id,
        after_seq: 1,
        served_at: None,
        result: Ok(Box::new(charge("pending", &[]))),
    });
    driven.clockless = true;
    assert_eq!(names(&driven.handle(timeless, at(90_001))), "");
    assert_eq!(names(&driven.handle(read_at(1, HOLD, "pending"), at(20))), "x");
    assert_eq!(driven.payment.cancel_wish().map(|wish| wish.by), Some(CancelledBy::Hold));
    assert_replays(&driven);
}

#[test]
fn f64_the_charge_is_read_when_its_hold_ends() {
    let driven = held();
    let mut now = at(1);
    let mut ticked = driven;
    while now < at(HOLD - 1) {
        ticked.handle(Input::Timeout, now);
        let Deadline::At(next) = ticked.deadline else { panic!("no deadline") };
        now = next;
    }
    assert_eq!(now, at(HOLD + 1), "it counts from when the charge was found");
    ticked.handle(Input::Timeout, now);
    assert!(matches!(ticked.deadline, Deadline::At(next) if next <= now.saturating_add_seconds(3)));
}

/// Up to its `Cancelled` or `CancelRefused`, a success is paid: the shop has still kept the goods.
#[test]
fn f64_i3_a_success_before_the_end_of_the_hold_is_notified_as_paid() {
    for late in [false, true] {
        let mut driven = held();
        driven.handle(read_at(1, HOLD, "pending"), at(HOLD));
        let rejection = driven.handle(expire(Err(rejected())), at(HOLD + 1));
        assert_eq!(names(&rejection), "r");
        // A reload of the shop's page does not take the end of a hold back.
        driven.handle(Input::TakeCancelBack, at(HOLD + 2));
        assert!(driven.payment.cancel_wish().is_some());
        if late {
            let pending = read(&driven, "pending");
            driven.handle(pending, at(HOLD + 2));
        }
        let taken_back = {
            let mut driven = driven.clone();
            driven.handle(Input::TakeCancelBack, at(HOLD + 3));
            driven
        };
        let paid = read(&driven, "successful");
        driven.handle(paid.clone(), at(HOLD + 4));
        let expected: &[&str] = if late {
            &["1/cancel_refused", "1/cancelled", "late/chrg_test_5w4415netlwqpc54tyg"]
        } else {
            &["paid"]
        };
        assert_eq!(keys(&driven), expected);
        assert_replays(&driven);
        // Once the end was notified, the buyer may come back, and the hold is over.
        let mut driven = taken_back;
        assert_eq!(driven.payment.authorize_uri().is_some(), late);
        if late {
            let pending = read_at(driven.payment.seq(), 2 * HOLD, "pending");
            assert_eq!(names(&driven.handle(pending, at(2 * HOLD))), "");
        }
        driven.handle(paid, at(2 * HOLD + 1));
        let last = keys(&driven).pop();
        assert_eq!(last.as_deref(), Some("paid"));
    }
}

#[test]
fn f64_a_merchant_cancels_during_the_end_of_a_hold() {
    let mut driven = held();
    driven.handle(read_at(1, HOLD, "pending"), at(HOLD));
    assert_eq!(names(&driven.handle(Input::Cancel, at(HOLD + 1))), "");
    assert_eq!(driven.payment.cancel_wish().map(|wish| wish.by), Some(CancelledBy::Merchant));
    let paid = read(&driven, "successful");
    driven.handle(paid, at(HOLD + 2));
    assert_eq!(keys(&driven), ["1/cancelled", "late/chrg_test_5w4415netlwqpc54tyg"]);
    assert_replays(&driven);
}

/// The hold has ended for the service, whatever the merchant wishes after it: until the service refuses, its end stands.
#[test]
fn f64_the_end_of_a_hold_outlives_a_wish_that_is_taken_back() {
    for refused in [false, true] {
        let mut driven = held();
        driven.handle(read_at(1, HOLD, "pending"), at(HOLD));
        driven.handle(expire(Err(RequestFailure::RateLimited)), at(HOLD));
        driven.handle(Input::Cancel, at(HOLD + 1));
        if refused {
            driven.handle(expire(Err(rejected())), at(HOLD + 2));
            let pending = read(&driven, "pending");
            driven.handle(pending, at(HOLD + 3));
        }
        driven.handle(Input::TakeCancelBack, at(HOLD + 4));
        assert_eq!(driven.payment.authorize_uri().is_some(), refused);
        assert_replays(&driven);
        let pending = read_at(driven.payment.seq(), 2 * HOLD, "pending");
        assert_eq!(names(&driven.handle(pending, at(2 * HOLD))), if refused { "" } else { "x" });
        let by = driven.payment.cancel_wish().map(|wish| wish.by);
        assert_eq!(by, Some(CancelledBy::Hold).filter(|_| !refused));
    }
}

/// I5: late money goes back by itself, once, while the refund window is open.
#[test]
fn f64_i5_late_money_is_refunded_as_ordered() {
    // Paid on 1 January 2026 at 00:00 UTC: the window closes at 16:15.
    let paid = |refunded: i64| {
        charge("successful", &[("paid_at", json!(start().to_string())), ("refunded_amount", json!(refunded))])
    };
    let closes_at = kakaopay_types::RefundWindow::closes_at(start()).millis_since(start()) / 1_000;
    for (end, refunded, now, refunds, alerts) in [
        ("expired", 0, 200, "L", 0),
        ("failed", 0, closes_at - 1, "L", 0),
        ("expired", 0, closes_at, "", 1),
        ("expired", 150_000, 200, "", 0),
    ] {
        let mut driven = pending_of(refunding());
        let ended = read(&driven, end);
        driven.handle(ended, at(100));
        let late = Input::Response(Response::Read {
            charge: paid(0).id,
            after_seq: 0,
            served_at: None,
            result: Ok(Box::new(paid(refunded))),
        });
        let requests = driven.handle(late.clone(), at(now));
        assert_eq!(
            (names(&requests).as_str(), driven.payment.alerts().len()),
            (refunds, alerts),
            "{end} {now}"
        );
        assert_eq!(driven.payment.refunds().len(), refunds.len());
        if let Some((reference, refund)) = driven.payment.refunds().iter().next() {
            assert_eq!(reference.as_str(), format!("late:{}", paid(0).id));
            assert_eq!(refund.amount().minor_units(), 150_000);
            assert_eq!(names(&driven.handle(super::refunds::whole(&requests, &[]), at(now))), "R");
        }
        driven.handle(late, at(now + 1));
        assert!(driven.payment.refunds().len() <= 1 && driven.payment.alerts().len() == alerts);
        assert_replays(&driven);
    }
    // Without being asked to, nothing goes back.
    let mut driven = refused();
    let late = read(&driven, "successful");
    driven.handle(late, at(200));
    assert!(driven.payment.refunds().is_empty());
}

/// An order whose late money is refunded is read before the refund window closes, each night until its charge could no
/// longer be paid.
#[test]
fn f64_f16_such_a_payment_is_read_at_night() {
    for end in ["expired", "failed", "cancelled"] {
        let mut driven = pending_of(refunding());
        if end == "cancelled" {
            driven.handle(Input::Cancel, at(10));
        }
        let ended = read(&driven, if end == "failed" { "failed" } else { "expired" });
        driven.handle(ended, at(100));
        assert_eq!(driven.state().name(), end);
        let mut reads = Vec::new();
        while let Deadline::At(next) = driven.deadline {
            assert!(reads.len() < 100, "it ends");
            assert_eq!(names(&driven.handle(Input::Timeout, next)), "r");
            reads.push((next.unix_seconds() + 8 * 3_600).rem_euclid(86_400) / 60);
        }
        assert!(reads.len() >= 14, "{reads:?}");
        for pair in reads.chunks(2) {
            assert_eq!(pair, [0, 10], "{end}");
        }
    }
    // Otherwise an ended payment is not read.
    let mut driven = pending();
    let ended = read(&driven, "expired");
    driven.handle(ended, at(100));
    assert_eq!(driven.deadline, Deadline::Never);
}
