//! Keeps charges of other payments away from a payment.

use kakaopay_flows::Response;
use kakaopay_store::Store;
use kakaopay_types::{ChargeId, Metadata, Reference};

use super::Engine;
use crate::error::Error;

impl<S: Store> Engine<S> {
    /// Hides the metadata of charges in a list that name this order, but are another payment's own: staff wrote a
    /// wrong reference into it.
    pub(crate) async fn without_charges_of_others(
        &self,
        reference: &Reference,
        mut response: Response,
    ) -> Result<Response, Error> {
        let Response::FindCharge { result: Ok(list), .. } = &mut response else { return Ok(response) };
        for charge in &mut list.data.items {
            let names_it = charge.metadata.attempt().is_some_and(|attempt| attempt.order() == reference);
            if names_it && self.is_of_another(&charge.id, reference).await? {
                charge.metadata = Metadata::default();
            }
        }
        Ok(response)
    }

    /// Whether a charge is the own one of a payment of another order, whatever order its metadata names.
    pub(super) async fn is_of_another(
        &self,
        charge: &ChargeId,
        reference: &Reference,
    ) -> Result<bool, Error> {
        Ok(self.store.find_by_charge(charge).await?.is_some_and(|owner| owner != *reference))
    }
}
