//! Promises that are checked between the shop's books and the service's.

use std::collections::BTreeMap;

use kakaopay::flows::Payment;
use kakaopay::{Alert, PaymentEvent};

use crate::booked_charge::BookedCharge;
use crate::books::{Pages, paid_charge};
use crate::ending;
use crate::late_money;
use crate::plan::Plan;
use crate::process::Surroundings;
use crate::pruning;

/// I2, I5: every charge that the service holds as paid is known to the shop, and no money went back twice.
pub(crate) fn paid_orders_are_known(around: &Surroundings) {
    let charges = around.charges();
    let mut pages = around.books.pages();
    for charge in charges.iter().filter(|charge| charge.status == "successful") {
        let Some(order) = &charge.order else { continue };
        let is_known = knows(&pages, order, charge) || is_left_to_a_person(&pages, charge);
        if !is_known {
            pages.violate("I2", format_args!("{order}: {} is paid, and nothing was notified", charge.id));
        }
        refunded_once(&mut pages, order, charge);
    }
}

/// Whether a paid charge was notified, as paid or as paid late.
fn knows(pages: &Pages, order: &str, charge: &BookedCharge) -> bool {
    let accepted = pages.accepted.get(order).map(Vec::as_slice).unwrap_or_default();
    let named = accepted.iter().filter_map(|(_, event)| paid_charge(event));
    named.chain(&pages.named_again).any(|paid| paid.as_str() == charge.id)
}

/// Whether the charge names another order, and an alert says so: a person must decide whose it is.
fn is_left_to_a_person(pages: &Pages, charge: &BookedCharge) -> bool {
    charge.named.is_some()
        && charge.named != charge.order
        && pages.accepted.values().flatten().any(|(_, event)| match event {
            PaymentEvent::Alert { alert: Alert::Mismatch { charge: other, .. }, .. } => {
                other.as_str() == charge.id
            }
            _ => false,
        })
}

/// I5: at most what was paid goes back, and each requested refund once.
fn refunded_once(pages: &mut Pages, order: &str, charge: &BookedCharge) {
    if charge.refunded() > charge.amount {
        pages.violate("I5", format_args!("{order}: {} of {} went back", charge.refunded(), charge.amount));
    }
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for reference in charge.refunds.iter().filter_map(|(reference, _)| reference.as_deref()) {
        *times.entry(reference).or_default() += 1;
    }
    for (reference, times) in times.into_iter().filter(|(_, times)| *times > 1) {
        pages
            .violate("I5", format_args!("{order}: {reference} was made {times} times: {:?}", charge.refunds));
    }
}

/// F52: a process with another account's key charged nothing, and its handler got nothing.
pub(crate) fn the_stranger_did_nothing(stranger: &Surroundings) {
    if stranger.service.is_other_used() {
        stranger.books.pages().violate("F52", "the other account was used for an order of the store");
    }
    let keys = stranger.books.pages().accepted.values().flatten().map(|(key, _)| key.clone()).next();
    if let Some(key) = keys {
        stranger.books.pages().violate("F52", format_args!("the handler of another account got {key}"));
    }
}

/// I1: the shop's book of an order is the service's: each amount that went back was notified once.
fn money_adds_up(pages: &mut Pages, order: &str, charge: &BookedCharge) {
    let accepted = pages.accepted.get(order).map(Vec::as_slice).unwrap_or_default();
    let is_doubtful = |event: &PaymentEvent| {
        matches!(
            event,
            PaymentEvent::Alert {
                alert: Alert::RefundedTwice { .. }
                    | Alert::RefundContradiction { .. }
                    | Alert::RefundUnresolved { .. }
                    | Alert::RefundMismatch { .. },
                ..
            }
        )
    };
    if accepted.iter().any(|(_, event)| is_doubtful(event)) {
        return;
    }
    let back = accepted.iter().map(|(_, event)| match event {
        PaymentEvent::Refunded { notice, .. } if notice.charge.as_str() == charge.id => {
            notice.amount.minor_units()
        }
        PaymentEvent::RefundedElsewhere { charge: refunded, amount, .. }
            if refunded.as_str() == charge.id =>
        {
            amount.minor_units()
        }
        _ => 0,
    });
    let back: i64 = back.sum();
    // The shop may have had the order's notification before the restore. It comes again with what went back since, under
    // the key that the shop knows.
    let is_repeated = pages.was_restored && back < charge.refunded();
    if back != charge.refunded() && !is_repeated {
        let text = format!("{order}: {} of {} went back, and {back} notified", charge.refunded(), charge.id);
        pages.violate("I1", text);
    }
}

/// I1, I8: nothing waits any more, neither at the service nor in the store. `before` is what the store had after
/// healing.
pub(crate) fn everything_has_ended(around: &Surroundings, before: &[Payment], plan: &Plan) {
    paid_orders_are_known(around);
    for charge in around.charges() {
        let mut pages = around.books.pages();
        if let Some(order) = charge.order.as_deref().filter(|order| knows(&pages, order, &charge)) {
            money_adds_up(&mut pages, order, &charge);
        }
        drop(pages);
        if charge.status == "pending" {
            let text = format!("{} is pending for ever", charge.id);
            around.books.pages().violate("I8", text);
        }
    }
    pruning::nothing_comes_again(around);
    late_money::late_money_goes_back(around);
    late_money::paid_orders_keep_their_money(around, plan);
    ending::check(around, before, plan);
}
