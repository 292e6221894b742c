//! A payment that is over: nothing of it is left to do, and not all of it is kept.

use kakaopay_types::ReturnUri;

use crate::error::PruneError;
use crate::journal::pruned::PrunedPayment;
use crate::state::acknowledgement::Acknowledgement;
use crate::state::duplicate_charge::DuplicateCharge;
use crate::state::lifecycle::State;
use crate::state::model::Model;
use crate::state::refund::RefundProcess;
use crate::state::refund_state::RefundState;

/// Checks that nothing of a payment is left to do.
///
/// # Errors
/// What is left.
pub(crate) fn check(model: &Model) -> Result<(), PruneError> {
    if !model.state.is_final() {
        return Err(PruneError::NotEnded);
    }
    if let Some(alert) = model.alerts.first() {
        return Err(PruneError::AlertOpen { key: alert.key() });
    }
    let is_open = |refund: &RefundProcess| !refund.state().is_final() || refund.is_watched();
    if let Some((reference, _)) = model.refunds.iter().find(|(_, refund)| is_open(refund)) {
        return Err(PruneError::RefundOpen { reference: reference.clone() });
    }
    let is_polled = |duplicate: &DuplicateCharge| duplicate.end.is_none();
    if model.search.is_some() || model.duplicates.values().any(is_polled) {
        return Err(PruneError::DuplicateSought);
    }
    Ok(())
}

/// Returns what is kept of a payment that is over.
pub(crate) fn kept(model: &Model) -> PrunedPayment {
    let Model { intent, opened_at, attempts, learned_paid_at, .. } = model;
    let without_words = |acknowledged: &Acknowledgement| Acknowledgement {
        who: String::new(),
        why: String::new(),
        ..acknowledged.clone()
    };
    let refunds = model.refunds.iter();
    PrunedPayment {
        reference: intent.reference.clone(),
        store: intent.store.clone(),
        amount: intent.amount.money(),
        mode: intent.mode,
        return_uri: host_of(&intent.return_uri),
        refund_if_paid_late: intent.refund_if_paid_late,
        opened_at: *opened_at,
        end: without_texts(model.state.clone()),
        attempts: *attempts,
        earlier: model.earlier.clone(),
        learned_paid_at: *learned_paid_at,
        acknowledged: model.acknowledged.iter().map(without_words).collect(),
        alert_counts: model.alert_counts.clone(),
        duplicates: model.duplicates.clone(),
        refunds: refunds.map(|(refund, process)| (refund.clone(), without_message(process))).collect(),
        late: model.late.clone(),
        elsewhere: model.elsewhere.clone(),
    }
}

/// The address of the host: a path may name the buyer.
fn host_of(uri: &ReturnUri) -> ReturnUri {
    ReturnUri::parse(&format!("https://{}/", uri.host())).unwrap_or_else(|_| uri.clone())
}

fn without_texts(mut state: State) -> State {
    match &mut state {
        State::Pending(pending) | State::Expired(pending) | State::Successful { pending, .. } => {
            pending.authorize_uri = None;
        }
        State::Cancelled(pending) => {
            if let Some(pending) = pending {
                pending.authorize_uri = None;
            }
        }
        State::Failed { pending, message, .. } => (pending.authorize_uri, *message) = (None, None),
        State::Refused { message, .. } => *message = None,
        State::Creating(_) => {}
    }
    state
}

fn without_message(process: &RefundProcess) -> RefundProcess {
    let mut process = process.clone();
    process.refusal = None;
    if let RefundState::Refused { message, .. } = &mut process.state {
        *message = None;
    }
    process
}
