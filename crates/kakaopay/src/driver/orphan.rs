//! Charges of this store whose order the store does not have.

use kakaopay_flows::PaymentEvent;
use kakaopay_store::{Commit, Seq, Store, StoreErrorKind};
use kakaopay_types::{Charge, Outcome, Reference};

use super::engine::Engine;
use super::persistence::message_of;
use super::suspicion::Suspicion;
use crate::error::Error;

impl<S: Store> Engine<S> {
    /// Records a charge that names this store and an order that the store does not have, and notifies the merchant
    /// once, and once more when it is paid: after another restore the store may have it as recorded, and lack its
    /// adoption.
    pub(crate) async fn record_orphan(&self, reference: &Reference, charge: &Charge) -> Result<(), Error> {
        let is_recorded = self.store.find_by_charge(&charge.id).await?.is_some();
        if is_recorded && charge.outcome() != Outcome::Successful {
            return Ok(());
        }
        self.bind().await?;
        // A process that has just started compares its store first, and may find that it is the older one.
        let second_copy = self.suspicion().await? == Suspicion::Cleared;
        let event = PaymentEvent::orphaned(reference.clone(), charge, second_copy);
        let commit = Commit::new(reference.clone(), Seq::ZERO);
        let commit = if is_recorded { commit } else { commit.charge(charge.id.clone()) };
        match self.store.commit(commit.messages(vec![message_of(&event)])).await {
            Ok(_) => {}
            // Another process has recorded it, or the order is known by now and finds its charge itself.
            Err(error) if error.is_conflict() || error.kind() == StoreErrorKind::ChargeConflict => {
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        if is_recorded {
            return Ok(());
        }
        self.counters.orphaned_charge(second_copy);
        let (reference, charge) = (reference.as_str(), charge.id.as_str());
        if second_copy {
            tracing::error!(
                reference,
                charge,
                "orphaned charge found in a store that has lost nothing: a second copy of the store is in use, stop \
                 it; adopt the order with `Merchant::adopt` if it is yours"
            );
        } else {
            tracing::error!(
                reference,
                charge,
                "orphaned charge found: adopt its order with `Merchant::adopt` if it is yours"
            );
        }
        Ok(())
    }
}
