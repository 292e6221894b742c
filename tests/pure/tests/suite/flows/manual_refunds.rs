//! Refunds that staff made at the service's dashboard.

use std::num::NonZeroU32;

use kakaopay_flows::{Evidence, Input, LateRefund, PaymentEvent, Request, Response, State};
use kakaopay_pure_tests::order::{at, start};
use kakaopay_pure_tests::{Driven, Order, guide};
use kakaopay_types::{Charge, EventKey};
use serde_json::json;

use super::refunds::{made, order, paid, whole};

/// The order's charge, paid, with so much of it given back.
fn given_back(amount: i64) -> Box<Charge> {
    let mut ended = guide::ended("successful");
    ended.push(("refunded_amount", json!(amount)));
    Box::new(Order::one_call().charge(1, &ended))
}

fn lists(requests: &[Request]) -> usize {
    requests.iter().filter(|request| matches!(request, Request::ListRefunds(_))).count()
}

/// F02, I6: money was given back by hand, and the webhook that says so came before the payment was known to be paid,
/// or not at all: the end is the same.
#[test]
fn f02_i6_a_refund_made_before_the_payment_was_known_is_found() {
    let refunded =
        Input::Evidence(Evidence::Webhook { key: EventKey::RefundCreate, charge: given_back(0).id });
    for heard in [true, false] {
        for created in [true, false] {
            let (mut driven, _) = Driven::open(Order::one_call().intent, start());
            if created {
                let charge = Box::new(Order::one_call().charge(1, &[]));
                driven.handle(
                    Input::Response(Response::Charge { attempt: NonZeroU32::MIN, result: Ok(charge) }),
                    at(1),
                );
            }
            if heard {
                let requests = driven.handle(refunded.clone(), at(2));
                assert_eq!(lists(&requests), 0);
            }
            let requests = driven.handle(Input::Evidence(Evidence::Read(given_back(1_000))), at(3));
            assert!(matches!(driven.payment.state(), State::Successful { .. }));
            driven.handle(whole(&requests, &[made("rfnd_test_1", None, 1_000, "closed")]), at(4));
            // What goes back later has an event of its own too, once.
            let requests = driven.handle(Input::Evidence(Evidence::Read(given_back(1_600))), at(5));
            let later =
                [made("rfnd_test_1", None, 1_000, "closed"), made("rfnd_test_2", None, 600, "closed")];
            driven.handle(whole(&requests, &later), at(5));
            let requests = driven.handle(Input::Evidence(Evidence::Read(given_back(1_600))), at(6));
            assert_eq!(lists(&requests), 0);
            let keys: Vec<_> = driven.events.iter().map(PaymentEvent::key).collect();
            let expected = ["paid", "refunded_elsewhere/rfnd_test_1", "refunded_elsewhere/rfnd_test_2"];
            assert_eq!(keys, expected.map(|key| format!("order-345678/{key}")), "{heard} {created}");
            assert!(driven.payment.alerts().is_empty());
        }
    }
}

/// A list is read when more went back than is known of here, and for no other reading.
#[test]
fn f02_a_read_of_a_paid_charge_searches_unknown_refunds() {
    let mut driven = paid(&[]);
    let read = |driven: &mut Driven, back, seconds| {
        lists(&driven.handle(Input::Evidence(Evidence::Read(given_back(back))), at(seconds)))
    };
    assert_eq!(read(&mut driven, 0, 2), 0);
    assert_eq!(read(&mut driven, 1, 3), 1);
    // What was ordered here is known, whether it was made yet or not.
    driven.refund(&order("r1", 600, LateRefund::Reject), at(10)).expect("a refund");
    assert_eq!(read(&mut driven, 600, 11), 0);
    assert_eq!(read(&mut driven, 601, 12), 1);
}
