//! The promise that everything ends: once all faults have ended, nothing waits, or it waits for a person.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use kakaopay::flows::{Payment, RefundProcess, RefundState};
use kakaopay::store::Store;
use kakaopay::types::Reference;
use kakaopay::{Alert, PaymentEvent};

use crate::books::Pages;
use crate::plan::Plan;
use crate::process::Surroundings;
use crate::pruning;
use crate::service::SECRET;
use crate::store::ready;

/// I1, I8: every payment and refund has ended, or has an open alert, and the queues are empty.
///
/// I6: what had ended `before` has ended in the same way.
///
/// F55: where nothing fails but single calls of the store, every accepted refund is made.
pub(crate) fn check(around: &Surroundings, before: &[Payment], plan: &Plan) {
    let payments = payments(around);
    nothing_ends_twice(&mut around.books.pages(), before, &payments);
    let mut waiting = 0;
    for payment in &payments {
        let mut pages = around.books.pages();
        // By a store's clock that was set back a year, the next night at which late money is looked for is a year away. The
        // reconciliation finds it.
        let waits_for_night = plan.steps_the_store() && payment.intent().refund_if_paid_late;
        waiting += u64::from(!payment.alerts().is_empty() || waits_for_night);
        payment_has_ended(&mut pages, payment);
        for (name, refund) in payment.refunds() {
            if plan.is_calm && !matches!(refund.state(), RefundState::Completed { .. }) {
                let state = refund.state().name();
                pages.violate("F55", format_args!("{name} is {state}, and nothing but single calls failed"));
            }
            refund_has_ended(&mut pages, payment, name, refund);
        }
    }
    let mut pages = around.books.pages();
    accepted_refunds_are_known(&mut pages, &payments, plan.loses_commits());
    let backlog = ready(around.store.inner().backlog());
    if backlog.deadlines.count > waiting {
        let due = backlog.deadlines.count;
        pages.violate(
            "I8",
            format_args!("{due} payments are to be looked at, and {waiting} have an open alert"),
        );
    }
    let (inbox, outbox) = (backlog.inbox.count, backlog.outbox.count);
    if inbox + outbox > 0 {
        pages.violate("I8", format_args!("{inbox} webhooks and {outbox} notifications wait for ever"));
    }
}

/// The payments of a store, each from its journal alone.
pub(crate) fn payments(around: &Surroundings) -> Vec<Payment> {
    let store = around.store.inner();
    let names = ready(store.list_payments(None, usize::MAX));
    let replayed = names.iter().filter_map(|name| {
        let entries = ready(store.read_journal(name));
        if entries.iter().any(|entry| String::from_utf8_lossy(&entry.bytes).contains(SECRET)) {
            around.books.pages().violate("I7", format_args!("the journal of {name} has the secret key"));
        }
        pruning::check_journal(&mut around.books.pages(), name, &entries);
        let payment = Payment::replay(entries.iter().map(|entry| (entry.seq.get(), &*entry.bytes)));
        payment.unwrap_or_else(|error| {
            around.books.pages().violate("I1", format_args!("the journal of {name} cannot be read: {error}"));
            None
        })
    });
    replayed.collect()
}

fn nothing_ends_twice(pages: &mut Pages, before: &[Payment], payments: &[Payment]) {
    for old in before.iter().filter(|old| old.state().is_final()) {
        let name = &old.intent().reference;
        let payment = payments.iter().find(|payment| payment.intent().reference == *name);
        let state = payment.map(Payment::state);
        // An attempt that a restored store lacked was found afterwards.
        let is_another =
            old.state().is_unpaid_end() && payment.is_some_and(|payment| payment.attempt() > old.attempt());
        if state != Some(old.state()) && !is_another {
            pages.violate("I6", format_args!("{name} had ended as {:?}, and is {state:?}", old.state()));
        }
    }
}

fn payment_has_ended(pages: &mut Pages, payment: &Payment) {
    let name = payment.intent().reference.as_str();
    if !payment.state().is_final() && payment.alerts().is_empty() {
        let state = payment.state().name();
        pages.violate("I8", format_args!("{name} is {state} for ever, without an alert"));
    }
    let accepted = pages.accepted.get(name).map(Vec::as_slice).unwrap_or_default();
    let ends: Vec<_> = accepted.iter().map(|(_, event)| event).filter_map(end).collect();
    // Each attempt ends once, and none after one that was paid.
    let is_in_order = ends.windows(2).all(|pair| pair[0].0 < pair[1].0 && !pair[0].1.starts_with("paid"));
    // A store that was put back may end an order otherwise, as its charge reads then. Goods still leave once: I3.
    if !is_in_order && !pages.was_restored {
        pages.violate("I6", format_args!("{name} has ended more than once: {ends:?}"));
    }
}

/// The attempt and the name of an event that ends it.
fn end(event: &PaymentEvent) -> Option<(NonZeroU32, &'static str)> {
    match event {
        PaymentEvent::Paid(paid) => Some((paid.attempt, "paid")),
        PaymentEvent::PaidAndRefunded { attempt, .. } => Some((*attempt, "paid and refunded")),
        PaymentEvent::Failed { attempt, .. } => Some((*attempt, "failed")),
        PaymentEvent::Expired { attempt, .. } => Some((*attempt, "expired")),
        PaymentEvent::Cancelled { attempt, .. } => Some((*attempt, "cancelled")),
        PaymentEvent::Refused { attempt, .. } => Some((*attempt, "refused")),
        _ => None,
    }
}

/// A refund has ended and its end was notified, or an open alert is about it.
fn refund_has_ended(pages: &mut Pages, payment: &Payment, refund: &Reference, process: &RefundProcess) {
    let name = payment.intent().reference.as_str();
    let state = process.state().name();
    if !process.state().is_final() {
        if !payment.alerts().iter().any(|alert| is_about(alert, refund)) {
            pages.violate("I8", format_args!("{name}: {refund} is {state} for ever, without an alert"));
        }
        return;
    }
    let key = format!("{name}/refund/{refund}");
    let accepted = pages.accepted.get(name).map(Vec::as_slice).unwrap_or_default();
    if !accepted.iter().any(|(known, _)| *known == key) {
        pages.violate("I8", format_args!("{name}: {refund} is {state}, and its end was not notified"));
    }
}

/// Whether an alert is about a refund, or about all requests of the payment.
fn is_about(alert: &Alert, refund: &Reference) -> bool {
    match alert {
        Alert::KeyRefused { .. } => true,
        Alert::RefundMismatch { reference, .. }
        | Alert::RefundedTwice { reference, .. }
        | Alert::RefundContradiction { reference, .. }
        | Alert::RefundUnresolved { reference }
        | Alert::RefundBlocked { reference }
        | Alert::RefundWatchBlocked { reference }
        | Alert::RefundOverdue { reference }
        | Alert::RefundLate { reference } => reference == refund,
        _ => false,
    }
}

/// I10: a refund that a call returned is in the store, unless that is an older copy.
fn accepted_refunds_are_known(pages: &mut Pages, payments: &[Payment], is_older: bool) {
    let known: BTreeMap<_, _> =
        payments.iter().map(|payment| (payment.intent().reference.as_str(), payment.refunds())).collect();
    let lost = |(order, refund): &&(String, Reference)| {
        known.get(order.as_str()).is_none_or(|refunds| !refunds.contains_key(refund))
    };
    let lost = pages.accepted_refunds.iter().find(lost).cloned();
    if let Some((order, refund)) = lost.filter(|_| !is_older) {
        pages.violate("I10", format_args!("{order}: {refund} was accepted, and is not in the store"));
    }
}
