//! Invariants at the end of every scenario.

use std::collections::{BTreeMap, BTreeSet};

use kakaopay_flows::{LateRefund, PaymentEvent, Request, State};
use kakaopay_types::{Charge, ChargeStatus, RefundStatus, RefundWindow};

use super::checked_driver::is_over;
use super::sim::End;

/// Checks the invariants at the end of a scenario.
///
/// # Panics
/// If one does not hold; the message names it.
pub fn check(end: &End) {
    let payment = end.driver.payment().expect("it was opened");
    assert!(
        is_over(payment),
        "I8: {:?} {:?} {:?}",
        payment.state(),
        payment.refunds(),
        payment.duplicate_charges()
    );
    every_paid_charge_is_known(end);
    notifications_are_true(end);
    attempts_are_not_repeated(end);
    nothing_is_made_twice(end);
    refunds_add_up(end);
    refunds_are_requested_in_time(end);
}

fn of_order(end: &End) -> impl Iterator<Item = &Charge> {
    let charges = end.service.charges.iter().map(|(_, charge)| charge);
    charges.filter(|charge| charge.metadata.attempt().is_some())
}

/// I1, I2: each charge that the service holds as paid was notified as paid, or as paid late.
fn every_paid_charge_is_known(end: &End) {
    let payment = end.driver.payment().expect("it was opened");
    for charge in of_order(end).filter(|charge| charge.status == ChargeStatus::Successful) {
        let own = payment.state().charge().is_some_and(|own| own.charge == charge.id);
        let is_notified = end.driver.notified.values().any(|event| match event {
            PaymentEvent::PaidLate { charge: late, .. } => *late == charge.id,
            _ => false,
        });
        let paid = own && matches!(payment.state(), State::Successful { .. });
        assert!(paid || is_notified, "I2: {} is paid, and {:?}", charge.id, payment.state());
    }
}

/// I3, I4: the notified end is the service's, once.
fn notifications_are_true(end: &End) {
    let payment = end.driver.payment().expect("it was opened");
    let ends = end.driver.notified.values().filter(|event| {
        matches!(
            event,
            PaymentEvent::Paid(_)
                | PaymentEvent::PaidAndRefunded { .. }
                | PaymentEvent::Failed { .. }
                | PaymentEvent::Expired { .. }
                | PaymentEvent::Cancelled { .. }
                | PaymentEvent::Refused { .. }
        )
    });
    assert_eq!(ends.count(), 1, "I3: {:?}", end.driver.notified);
    let status = payment.state().charge().and_then(|own| end.service.charge(&own.charge));
    let status = status.map(|charge| charge.status.clone());
    let expected = match payment.state() {
        State::Successful { .. } => Some(ChargeStatus::Successful),
        State::Failed { .. } => Some(ChargeStatus::Failed),
        State::Expired(_) => Some(ChargeStatus::Expired),
        // Paid late, or expired on request.
        State::Cancelled(Some(_)) if status == Some(ChargeStatus::Successful) => status.clone(),
        State::Cancelled(Some(_)) => Some(ChargeStatus::Expired),
        _ => None,
    };
    assert_eq!(status, expected, "I4");
    let paid = end.driver.notified.values().find_map(|event| match event {
        PaymentEvent::Paid(order) => Some(order),
        _ => None,
    });
    let money_is_back = end.driver.notified.values().any(|event| {
        matches!(event, PaymentEvent::PaidAndRefunded { charge, amount, refunded, .. }
            if end.service.refunded(charge) == amount.minor_units() && refunded == amount)
    });
    let is_successful = matches!(payment.state(), State::Successful { .. });
    assert_eq!(payment.state().is_paid(), paid.is_some(), "F49, I4");
    assert_eq!(is_successful && !payment.state().is_paid(), money_is_back, "F49, I4");
    if let Some(order) = paid {
        let charge = end.service.charge(&order.charge).expect("I1: it names what the service has");
        let ordered = payment.intent().amount.money();
        assert_eq!((order.amount, charge.money()), (ordered, ordered), "I4");
    }
}

/// F10: no attempt leaves twice unless the first surely did nothing.
fn attempts_are_not_repeated(end: &End) {
    let mut seen = BTreeSet::new();
    for sent in end.sent.iter().filter(|sent| !sent.in_vain) {
        if let Request::CreateCharge(create) = &sent.request {
            assert!(seen.insert(&create.metadata.reference), "F10: {:?} again", create.metadata.reference);
        }
    }
}

/// F10, F18: the service never has two charges of one attempt, or two refunds of one reference.
fn nothing_is_made_twice(end: &End) {
    let mut attempts = BTreeMap::new();
    for charge in of_order(end) {
        *attempts.entry(charge.metadata.attempt()).or_insert(0) += 1;
    }
    assert!(attempts.values().all(|count| *count == 1), "F10: {attempts:?}");
    let mut refunds = BTreeMap::new();
    for refund in end.service.refunds.iter().filter(|refund| refund.status != Some(RefundStatus::Failed)) {
        if let Some(name) = refund.metadata.get("kakaopay_reference") {
            *refunds.entry(name.to_string()).or_insert(0) += 1;
        }
    }
    assert!(refunds.values().all(|count| *count == 1), "F18: {refunds:?}");
}

/// I1, I5: the refunds made are the refunds notified, and never more than was paid.
fn refunds_add_up(end: &End) {
    let payment = end.driver.payment().expect("it was opened");
    for (_, charge) in &end.service.charges {
        assert!(end.service.refunded(&charge.id) <= charge.amount, "I5: {:?}", end.service.refunds);
    }
    let told = end.driver.notified.values().filter_map(|event| match event {
        PaymentEvent::Refunded { notice, refund, .. } => Some((refund.clone(), notice.amount)),
        _ => None,
    });
    let mut told: Vec<_> = told.collect();
    let made = end.service.refunds.iter().filter(|refund| refund.status != Some(RefundStatus::Failed));
    let named = made.filter(|refund| !refund.metadata.is_empty());
    let mut made: Vec<_> = named.map(|refund| (refund.id.clone(), refund.money())).collect();
    told.sort_by(|one, other| one.0.cmp(&other.0));
    made.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(told, made, "I1: {:?}", payment.refunds());
    for order in &end.wanted {
        assert!(payment.refunds().contains_key(&order.reference), "I10: {order:?} was taken and is lost");
    }
}

/// I5, F16, F18: a refund is asked for again only after a long look, and by the merchant's own word
/// never after its time.
fn refunds_are_requested_in_time(end: &End) {
    let payment = end.driver.payment().expect("it was opened");
    let State::Successful { paid_at, .. } = payment.state() else { return };
    let mut last = BTreeMap::new();
    for sent in end.sent.iter().filter(|sent| !sent.in_vain) {
        let Request::CreateRefund { create, .. } = &sent.request else { continue };
        let reference = &create.metadata.reference;
        // The service's word has whole seconds.
        if let Some(before) = last.insert(reference.clone(), sent.truly_at) {
            let passed = sent.truly_at.millis_since(before);
            assert!(passed >= 599_000, "F15, F18: {reference} again after {passed} ms");
        }
        let refuses = payment.refunds()[reference].late_refund() == LateRefund::Reject;
        let open = paid_at.is_none_or(|at| RefundWindow::is_open(at, sent.at));
        assert!(open || !refuses, "I5: {reference} at {}", sent.at);
    }
}
