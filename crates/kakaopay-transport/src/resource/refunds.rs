//! Calls of refunds.

use futures_util::Stream;
use kakaopay_types::endpoint::{
    CreateRefund, ListChargeRefunds, ListParams, ListRefunds, RetrieveRefund, SearchParams, SearchRefunds,
};
use kakaopay_types::{Authorizes, ChargeId, List, Refund, RefundId, SearchResult, SecretOnly};

use crate::client::Client;
use crate::error::Error;

/// Calls of refunds; see [`Client::refunds`].
#[derive(Debug)]
pub struct Refunds<'a, K>(&'a Client<K>);

impl<K> Client<K> {
    /// Returns the calls of refunds.
    #[must_use]
    pub fn refunds(&self) -> Refunds<'_, K> {
        Refunds(self)
    }
}

impl<K: Authorizes<SecretOnly>> Refunds<'_, K> {
    /// Creates a refund.
    ///
    /// # Errors
    /// [`Error`]; after [`Error::outcome_unknown`] the refund may exist.
    pub async fn create(&self, refund: CreateRefund) -> Result<Refund, Error> {
        self.0.send(refund).await
    }

    /// Retrieves a refund.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn retrieve(&self, charge: ChargeId, id: RefundId) -> Result<Refund, Error> {
        self.0.send(RetrieveRefund::new(charge, id)).await
    }

    /// Lists one page of the account's refunds.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn list(&self, page: ListParams) -> Result<List<Refund>, Error> {
        self.0.send(ListRefunds::new().page(page)).await
    }

    /// Returns a stream of the account's refunds: see [`Client::paginate`].
    pub fn paginate(&self, page: ListParams) -> impl Stream<Item = Result<Refund, Error>> + use<K> {
        self.0.paginate(ListRefunds::new().page(page))
    }

    /// Returns a stream of the refunds of a charge: see [`Client::paginate`].
    pub fn list_for_charge(&self, charge: ChargeId) -> impl Stream<Item = Result<Refund, Error>> + use<K> {
        self.0.paginate(ListChargeRefunds::new(charge))
    }

    /// Searches refunds and returns one page of results.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn search(&self, query: SearchParams) -> Result<SearchResult<Refund>, Error> {
        self.0.send(SearchRefunds::new().query(query)).await
    }
}
