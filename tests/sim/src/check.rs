//! Promises that are checked between the shop's books and the service's.

use std::collections::BTreeMap;

use kakaopay::store::Store;
use kakaopay::{Alert, PaymentEvent};

use crate::books::Pages;
use crate::process::Surroundings;
use crate::service::BookedCharge;
use crate::store::ready;

/// I2, I5: every charge that the service holds as paid is known to the shop, and no money went back twice.
pub fn paid_orders_are_known(around: &Surroundings) {
    let charges = around.charges();
    let mut pages = around.books.pages();
    for charge in charges.iter().filter(|charge| charge.status == "successful") {
        let Some(order) = &charge.order else { continue };
        if !knows(&pages, order, charge) {
            pages.violate("I2", format_args!("{order}: {} is paid, and nothing was notified", charge.id));
        }
        refunded_once(&mut pages, order, charge);
    }
}

/// Whether a paid charge was notified: as paid, or by an alert.
fn knows(pages: &Pages, order: &str, charge: &BookedCharge) -> bool {
    let accepted = pages.accepted.get(order).map(Vec::as_slice).unwrap_or_default();
    accepted.iter().any(|(_, event)| match event {
        PaymentEvent::Paid(paid) => paid.charge.as_str() == charge.id,
        // The money was back before the payment was known.
        PaymentEvent::PaidAndRefunded { charge: own, .. } => own.as_str() == charge.id,
        PaymentEvent::Alert { alert: Alert::DuplicateChargePaid { other, .. }, .. } => {
            other.as_str() == charge.id
        }
        PaymentEvent::Alert { alert: Alert::Contradiction { charge: other, .. }, .. } => {
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
pub fn the_stranger_did_nothing(stranger: &Surroundings) {
    if stranger.service.is_other_used() {
        stranger.books.pages().violate("F52", "the other account was used for an order of the store");
    }
    let keys = stranger.books.pages().accepted.values().flatten().map(|(key, _)| key.clone()).next();
    if let Some(key) = keys {
        stranger.books.pages().violate("F52", format_args!("the handler of another account got {key}"));
    }
}

/// I8: nothing waits any more, neither at the service nor in the store.
pub fn everything_has_ended(around: &Surroundings) {
    paid_orders_are_known(around);
    for charge in around.charges() {
        if charge.status == "pending" {
            let text = format!("{} is pending for ever", charge.id);
            around.books.pages().violate("I8", text);
        }
    }
    let backlog = ready(around.store.inner().backlog());
    let (inbox, outbox) = (backlog.inbox.count, backlog.outbox.count);
    if inbox + outbox > 0 {
        let text = format!("{inbox} webhooks and {outbox} notifications wait for ever");
        around.books.pages().violate("I8", text);
    }
}
