//! What time alone brings about.

use std::sync::Arc;

use kakaopay_types::{ChargeId, InvalidId, Timestamp};

use super::{Change, Ending, World};

impl World {
    /// What is due until now happens, the earliest first: buyers who are slow approve, and charges whose time is
    /// over end. The key of the event then is a choice: the service documents one of this name, and not when
    /// it is sent.
    pub(crate) fn pass(&mut self, now: Timestamp) -> Result<(), InvalidId> {
        loop {
            let expiry = self.expiring.first().filter(|(at, _)| *at <= now).cloned();
            let approval = self.approving.first().filter(|(at, _)| *at <= now).cloned();
            match (approval, expiry) {
                (None, None) => return Ok(()),
                (Some((at, id)), expiry) if expiry.as_ref().is_none_or(|(end, _)| at < *end) => {
                    self.approving.pop_first();
                    self.pay(&id, at)?;
                }
                (_, Some((at, id))) => {
                    self.end(&id, Ending::Expired { at }, "charge.expire", now)?;
                }
                (Some(_), None) => return Ok(()),
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
        let charge = self.charges.get_mut(id).filter(|charge| charge.ending.is_none());
        let Some(charge) = charge.map(Arc::make_mut) else {
            return false;
        };
        if let Some(before) = charge.approval.replace(at) {
            self.approving.remove(&(before, id.clone()));
        }
        self.approving.insert((at, id.clone()));
        self.journal.note(|| Change::Charge(id.clone()));
        true
    }
}
