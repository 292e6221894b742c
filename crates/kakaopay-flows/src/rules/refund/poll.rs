//! Polling of refunds at the deadline or after a refresh, and their resumption.

use std::collections::BTreeSet;

use kakaopay_types::{Reference, Timestamp};

use crate::alert::Alert;
use crate::journal::refund_record::RefundRecord;
use crate::next_deadline::DeadlineChange;
use crate::rules::refund::begin::list;
use crate::rules::refund::effects::record_of;
use crate::state::model::Model;
use crate::state::refund_state::RefundState;
use crate::transition::{Transition, raise_alert};

/// Polls the refunds that have not ended. It polls a blocked refund only at the request of a `person`.
pub(crate) fn refunds(model: &Model, person: bool, now: Timestamp) -> Transition {
    let mut step = Transition::default();
    let mut open = BTreeSet::new();
    for (reference, refund) in &model.refunds {
        if refund.is_overdue(now) {
            step.records.push(record_of(reference, RefundRecord::OutcomeUnknown));
        }
        if refund.is_late(now) {
            step = step.and(raise_alert(model, Alert::RefundOverdue { reference: reference.clone() }));
        }
        let waits = match refund.state() {
            RefundState::Requested => !refund.is_overdue(now),
            RefundState::Blocked => !person,
            state => state.is_final() && !refund.is_watched(),
        };
        if !waits {
            open.insert(refund.charge());
        }
    }
    open.into_iter().fold(step, |step, charge| step.and(list(charge)))
}

/// Resumes the refunds that do not continue by themselves.
pub(crate) fn resume(model: &Model, now: Timestamp) -> Transition {
    let unresolved =
        |reference: &Reference| model.is_raised(&Alert::RefundUnresolved { reference: reference.clone() });
    let stuck = model.refunds.iter().filter(|(reference, refund)| match refund.state() {
        RefundState::Blocked => true,
        // Without the alert, no person has decided about it.
        RefundState::Searching => unresolved(reference),
        _ => false,
    });
    let resumed = stuck.map(|(reference, _)| record_of(reference, RefundRecord::Resumed));
    let blocked = model.refunds.iter().filter(|(reference, refund)| {
        let alert = Alert::RefundWatchBlocked { reference: (*reference).clone() };
        refund.is_watched() && model.is_raised(&alert)
    });
    let ended = blocked.map(|(reference, _)| record_of(reference, RefundRecord::WatchEnded));
    let records = resumed.chain(ended).collect();
    Transition { records, deadline: DeadlineChange::Plan, ..Transition::default() }
        .and(refunds(model, true, now))
}
