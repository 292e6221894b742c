//! Changes that depend on time alone.

use std::sync::Arc;

use kakaopay_types::{ChargeId, InvalidId, Timestamp};

use super::{Ending, State};

impl State {
    /// Applies everything that is due until `now`, earliest first: delayed approvals and expiries. The event key of an
    /// expiry is a choice: the service documents one of this name, but not when it is sent.
    pub(crate) fn apply_due(&mut self, now: Timestamp) -> Result<(), InvalidId> {
        loop {
            let [expiry, approval] = [&self.expiring, &self.approving]
                .map(|due| due.first().copied().filter(|(at, _)| *at <= now));
            // An approval at the moment of expiry is too late.
            let Some((at, place)) = [expiry, approval].into_iter().flatten().min_by_key(|(at, _)| *at) else {
                return Ok(());
            };
            let is_expiry = expiry == Some((at, place));
            let due = if is_expiry { &mut self.expiring } else { &mut self.approving };
            due.remove(&(at, place));
            let Some(id) = self.charges.at(place).map(|charge| charge.id.clone()) else { continue };
            if is_expiry {
                self.end(&id, Ending::Expired { at }, "charge.expire", at)?;
            } else {
                self.pay(&id, at)?;
            }
        }
    }

    /// Time of the next change.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        let [expiry, approval] = [&self.expiring, &self.approving].map(|due| due.first().map(|(at, _)| *at));
        expiry.into_iter().chain(approval).min()
    }

    /// Schedules a delayed approval, which replaces an earlier one. Returns `false` if the charge has already ended.
    pub(crate) fn approve_at(&mut self, id: &ChargeId, at: Timestamp) -> bool {
        let found = self.charges.find_mut(id.as_str()).filter(|(_, charge)| charge.ending.is_none());
        let Some((place, charge)) = found else { return false };
        let charge = Arc::make_mut(charge);
        if let Some(before) = charge.approval.replace(at) {
            self.approving.remove(&(before, place));
        }
        self.approving.insert((at, place));
        true
    }
}
