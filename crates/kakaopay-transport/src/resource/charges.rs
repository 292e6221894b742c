//! Calls of charges.

use futures_util::Stream;
use kakaopay_types::endpoint::{
    CreateCharge, ExpireCharge, ListChargeEvents, ListCharges, ListParams, MarkChargeAsFailed,
    MarkChargeAsPaid, RetrieveCharge, SearchCharges, SearchParams, UpdateCharge,
};
use kakaopay_types::{Authorizes, Charge, ChargeId, Event, FailureCode, List, SearchResult, SecretOnly};

use crate::client::Client;
use crate::error::Error;

/// Calls of charges; see [`Client::charges`].
#[derive(Debug)]
pub struct Charges<'a, K>(&'a Client<K>);

impl<K> Client<K> {
    /// Returns the calls of charges.
    #[must_use]
    pub fn charges(&self) -> Charges<'_, K> {
        Charges(self)
    }
}

impl<K: Authorizes<SecretOnly>> Charges<'_, K> {
    /// Creates a charge.
    ///
    /// # Errors
    /// [`Error`]; after [`Error::outcome_unknown`] the charge may exist.
    pub async fn create(&self, charge: CreateCharge) -> Result<Charge, Error> {
        self.0.send(charge).await
    }

    /// Retrieves a charge. Only this call confirms that a payment was made.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn retrieve(&self, id: ChargeId) -> Result<Charge, Error> {
        self.0.send(RetrieveCharge::new(id)).await
    }

    /// Changes the description or the metadata of a charge.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn update(&self, update: UpdateCharge) -> Result<Charge, Error> {
        self.0.send(update).await
    }

    /// Expires a pending charge, if the service allows it.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn expire(&self, id: ChargeId) -> Result<Charge, Error> {
        self.0.send(ExpireCharge::new(id)).await
    }

    /// Marks a pending test charge as paid.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn mark_as_paid(&self, id: ChargeId) -> Result<Charge, Error> {
        self.0.send(MarkChargeAsPaid::new(id)).await
    }

    /// Marks a pending test charge as failed.
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

    /// Lists one page of the account's charges.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn list(&self, page: ListParams) -> Result<List<Charge>, Error> {
        self.0.send(ListCharges::new().page(page)).await
    }

    /// Returns a stream of the account's charges: see [`Client::paginate`].
    pub fn paginate(&self, page: ListParams) -> impl Stream<Item = Result<Charge, Error>> + use<K> {
        self.0.paginate(ListCharges::new().page(page))
    }

    /// Returns a stream of the events of a charge: see [`Client::paginate`].
    pub fn events(&self, id: ChargeId) -> impl Stream<Item = Result<Event, Error>> + use<K> {
        self.0.paginate(ListChargeEvents::new(id))
    }

    /// Searches charges and returns one page of results.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn search(&self, query: SearchParams) -> Result<SearchResult<Charge>, Error> {
        self.0.send(SearchCharges::new().query(query)).await
    }
}
