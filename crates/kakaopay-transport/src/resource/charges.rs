//! Calls that concern charges.

use futures_util::Stream;
use kakaopay_types::endpoint::{
    CreateCharge, ExpireCharge, ListChargeEvents, ListCharges, ListParams, MarkChargeAsFailed,
    MarkChargeAsPaid, RetrieveCharge, SearchCharges, SearchParams, UpdateCharge,
};
use kakaopay_types::{Authorizes, Charge, ChargeId, Event, FailureCode, List, SearchResult, SecretOnly};

use crate::client::Client;
use crate::error::Error;

/// The calls that concern charges.
#[derive(Debug)]
pub struct Charges<'a, K>(&'a Client<K>);

impl<K> Client<K> {
    /// The calls that concern charges.
    #[must_use]
    pub fn charges(&self) -> Charges<'_, K> {
        Charges(self)
    }
}

impl<K: Authorizes<SecretOnly>> Charges<'_, K> {
    /// Creates a charge. Without a good answer it may have been created all the same: see
    /// [`Error::outcome_unknown`].
    ///
    /// # Errors
    /// [`Error`].
    pub async fn create(&self, charge: CreateCharge) -> Result<Charge, Error> {
        self.0.send(charge).await
    }

    /// Reads a charge. The only call that tells what became of a payment.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn retrieve(&self, id: ChargeId) -> Result<Charge, Error> {
        self.0.send(RetrieveCharge::new(id)).await
    }

    /// Changes what the merchant attached to a charge.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn update(&self, update: UpdateCharge) -> Result<Charge, Error> {
        self.0.send(update).await
    }

    /// Ends a pending charge, if the service can.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn expire(&self, id: ChargeId) -> Result<Charge, Error> {
        self.0.send(ExpireCharge::new(id)).await
    }

    /// Ends a pending test charge as the buyer's approval would.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn mark_as_paid(&self, id: ChargeId) -> Result<Charge, Error> {
        self.0.send(MarkChargeAsPaid::new(id)).await
    }

    /// Ends a pending test charge as a failure would.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn mark_as_failed(
        &self,
        id: ChargeId,
        failure_code: Option<FailureCode>,
    ) -> Result<Charge, Error> {
        self.0.send(MarkChargeAsFailed::new(id).failure_code(failure_code)).await
    }

    /// Reads a page of the account's charges.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn list(&self, page: ListParams) -> Result<List<Charge>, Error> {
        self.0.send(ListCharges::new().page(page)).await
    }

    /// The account's charges, each once: see [`Client::paginate`].
    pub fn paginate(&self, page: ListParams) -> impl Stream<Item = Result<Charge, Error>> + use<K> {
        self.0.paginate(ListCharges::new().page(page))
    }

    /// What happened to a charge, each event once: see [`Client::paginate`].
    pub fn events(&self, id: ChargeId) -> impl Stream<Item = Result<Event, Error>> + use<K> {
        self.0.paginate(ListChargeEvents::new(id))
    }

    /// Reads a page of the charges that are found.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn search(&self, query: SearchParams) -> Result<SearchResult<Charge>, Error> {
        self.0.send(SearchCharges::new().query(query)).await
    }
}
