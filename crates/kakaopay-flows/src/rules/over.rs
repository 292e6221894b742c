//! A payment that is over: nothing of it is left to do.

use crate::error::PruneError;
use crate::state::duplicate_charge::DuplicateCharge;
use crate::state::model::Model;
use crate::state::refund::RefundProcess;

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
