//! What time alone brings about.

use std::sync::Arc;

use kakaopay_types::{ChargeId, InvalidId, Timestamp};

use super::{Ending, State};

impl State {
    /// What is due until now happens, the earliest first: buyers who are slow approve, and charges whose time is
    /// over end. The key of the event then is a choice: the service documents one of this name, and not when
    /// it is sent.
    pub(crate) fn pass(&mut self, now: Timestamp) -> Result<(), InvalidId> {
        loop {
            let [expiry, approval] = [&self.expiring, &self.approving]
                .map(|due| due.first().copied().filter(|(at, _)| *at <= now));
            // Who approves at the very end is too late.
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

    /// When time alone next brings something about.
    pub(crate) fn first_passing(&self) -> Option<Timestamp> {
        let [expiry, approval] = [&self.expiring, &self.approving].map(|due| due.first().map(|(at, _)| *at));
        expiry.into_iter().chain(approval).min()
    }

    /// The buyer approves later, in the place of what was said before. `false` when the charge has ended already.
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
