//! The promise that late money goes back by itself, where the order says so.

use kakaopay::{Alert, LateReason, PaymentEvent};

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
