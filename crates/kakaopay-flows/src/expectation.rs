//! What a store must have beside a payment's journal.

use std::collections::BTreeSet;

use kakaopay_types::ChargeId;

use crate::event::cancel_refused_key;
use crate::state::lifecycle::State;
use crate::state::model::Model;

/// Returns the keys of the notifications that a payment in this state has sent since it was pruned, or ever.
pub(crate) fn notification_keys(model: &Model) -> Vec<String> {
    let mut keys = all_keys(model);
    keys.retain(|key| !model.settled.contains(key));
    keys
}

/// Returns the keys of the notifications that a payment which is being pruned has sent, also of alerts that have ended.
pub(crate) fn sent_before(model: &Model) -> BTreeSet<String> {
    let reference = &model.intent.reference;
    let alerts = model.alert_counts.keys().map(|alert| format!("{reference}/alert/{alert}"));
    all_keys(model).into_iter().chain(alerts).collect()
}

fn all_keys(model: &Model) -> Vec<String> {
    let reference = &model.intent.reference;
    let attempt = model.attempt();
    let end = match &model.state {
        State::Creating(_) | State::Pending(_) => None,
        State::Successful { refunded_in_full: false, .. } => Some(format!("{reference}/paid")),
        State::Successful { refunded_in_full: true, .. } => Some(format!("{reference}/paid_and_refunded")),
        state => Some(format!("{reference}/{attempt}/{}", state.name())),
    };
    let refused =
        |attempt, times: u32| (1..=times).map(move |number| cancel_refused_key(reference, attempt, number));
    let earlier = model.earlier.iter().flat_map(|earlier| {
        let end = format!("{reference}/{}/{}", earlier.ended, earlier.end);
        refused(earlier.ended, earlier.refusals).chain([end])
    });
    let late = |charge: &ChargeId| format!("{reference}/late/{charge}");
    let refunds = model.refunds.iter().filter(|(_, refund)| refund.state().is_final());
    let mut keys: Vec<_> = earlier.chain(end).collect();
    keys.extend(refused(attempt, model.cancel.refusals));
    keys.extend(model.late.keys().map(late));
    keys.extend(refunds.map(|(refund, _)| format!("{reference}/refund/{refund}")));
    keys.extend(model.alerts.iter().map(|alert| format!("{reference}/alert/{}", alert.key())));
    keys
}
