//! Keeps charges of other payments away from a payment.

use kakaopay_flows::{RequestFailure, Response};
use kakaopay_store::{Store, StoreErrorKind};
use kakaopay_types::{ChargeId, Metadata, Reference};

use super::Engine;
use crate::error::Error;

impl<S: Store> Engine<S> {
    /// Hides the metadata of charges in a list that name this order, but are another payment's own: staff wrote a
    /// wrong reference into it. A list with one that may be either's counts as unread.
    pub(crate) async fn without_charges_of_others(
        &self,
        reference: &Reference,
        mut response: Response,
    ) -> Result<Response, Error> {
        let Response::FindCharge { result: found, .. } = &mut response else { return Ok(response) };
        let Ok(list) = found else { return Ok(response) };
        for charge in &mut list.data.items {
            let names_it = charge.metadata.attempt().is_some_and(|attempt| attempt.order() == reference);
            if !names_it {
                continue;
            }
            match self.is_of_another(&charge.id, reference).await {
                Ok(true) => charge.metadata = Metadata::default(),
                Ok(false) => {}
                Err(error @ Error::MetadataReplaced { .. }) => {
                    tracing::error!(
                        reference = reference.as_str(),
                        %error,
                        "no charge is created meanwhile: a recorded charge names this order now"
                    );
                    *found = Err(RequestFailure::OutcomeUnknown);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(response)
    }

    /// Whether a charge is the own one of a payment of another order, whatever order its metadata names.
    ///
    /// One that was recorded for an order without a payment is an error: staff may have put a wrong reference right, so
    /// that the order which it names would be charged twice.
    pub(super) async fn is_of_another(
        &self,
        charge: &ChargeId,
        reference: &Reference,
    ) -> Result<bool, Error> {
        let owner = self.store.find_by_charge(charge).await?.filter(|owner| owner != reference);
        let Some(owner) = owner else { return Ok(false) };
        match self.store.load(&owner).await {
            Ok(stored) if stored.snapshot.is_none() && stored.entries.is_empty() => {
                Err(Error::MetadataReplaced { reference: owner, charge: charge.clone() })
            }
            Err(error) if error.kind() != StoreErrorKind::Corrupt => Err(error.into()),
            // A damaged payment is one, too.
            _ => Ok(true),
        }
    }
}
