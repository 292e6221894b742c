//! The promise that late money goes back by itself, where the order says so.

use kakaopay::{Alert, LateReason, PaymentEvent};

use crate::books::paid_charge;
use crate::moves::Action;
use crate::plan::Plan;
use crate::process::Surroundings;

/// F64: late money goes back by itself if its order says so, or a person knows that it does not.
pub(crate) fn late_money_goes_back(around: &Surroundings) {
    let mut pages = around.books.pages();
    if pages.was_restored {
        return;
    }
    let mut kept = Vec::new();
    for (order, accepted) in pages.accepted.iter().filter(|(order, _)| around.terms_of(order).refunds_late) {
        for (_, event) in accepted {
            let PaymentEvent::PaidLate { charge, amount, refunded, why, .. } = event else { continue };
            if *why == LateReason::Mismatch || refunded.minor_units() >= amount.minor_units() {
                continue;
            }
            let ended = format!("{order}/refund/late:{charge}");
            // A service that tells no time cannot say that the refund was not made: a person resumes it.
            let unresolved = format!("{order}/alert/refund_unresolved/late:{charge}");
            let is_known = accepted.iter().any(|(key, event)| {
                let is_alert = matches!(
                    event,
                    PaymentEvent::Alert { alert: Alert::LateNotRefunded { charge: other }, .. } if other == charge
                );
                [&ended, &unresolved].contains(&key) || is_alert
            });
            if !is_known {
                kept.push(format!("{order}: {charge} was paid late, and {ended} was not notified"));
            }
        }
    }
    for text in kept {
        pages.violate("F64", text);
    }
}

/// F64: the money of an order that was notified as paid stays, unless a person refunds it: also after a restore to a copy
/// from before. A fail-over that lost commits and left no mark is not noticed while each charge is known.
pub(crate) fn paid_orders_keep_their_money(around: &Surroundings, plan: &Plan) {
    if plan.moves.iter().any(|planned| matches!(planned.action, Action::Restore { marked: false, .. })) {
        return;
    }
    for charge in around.charges() {
        let refund = format!("late:{}", charge.id);
        let is_refunded = charge.refunds.iter().any(|(reference, _)| *reference == Some(refund.clone()));
        let Some(order) = charge.order.as_ref().filter(|_| is_refunded) else { continue };
        let mut pages = around.books.pages();
        let accepted = pages.accepted.get(order).map(Vec::as_slice).unwrap_or_default();
        let of_charge = accepted
            .iter()
            .find(|(_, event)| paid_charge(event).is_some_and(|paid| paid.as_str() == charge.id));
        if matches!(of_charge, Some((_, PaymentEvent::Paid(_)))) {
            pages.violate("F64", format_args!("{order}: paid by {}, and {refund} was made", charge.id));
        }
    }
}
