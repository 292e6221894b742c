//! Calls that concern refunds.

use futures_util::Stream;
use kakaopay_types::endpoint::{
    CreateRefund, ListChargeRefunds, ListParams, ListRefunds, RetrieveRefund, SearchParams, SearchRefunds,
};
use kakaopay_types::{Authorizes, ChargeId, List, Refund, RefundId, SearchResult, SecretOnly};

use crate::client::Client;
use crate::error::Error;

/// The calls that concern refunds.
#[derive(Debug)]
pub struct Refunds<'a, K>(&'a Client<K>);

impl<K> Client<K> {
    /// The calls that concern refunds.
    #[must_use]
    pub fn refunds(&self) -> Refunds<'_, K> {
        Refunds(self)
    }
}

impl<K: Authorizes<SecretOnly>> Refunds<'_, K> {
    /// Gives money back to the buyer. Without a good answer it may have gone all the same: see
    /// [`Error::outcome_unknown`].
    ///
    /// # Errors
    /// [`Error`].
    pub async fn create(&self, refund: CreateRefund) -> Result<Refund, Error> {
        self.0.send(refund).await
    }

    /// Reads a refund.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn retrieve(&self, charge: ChargeId, id: RefundId) -> Result<Refund, Error> {
        self.0.send(RetrieveRefund::new(charge, id)).await
    }

    /// Reads a page of the account's refunds.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn list(&self, page: ListParams) -> Result<List<Refund>, Error> {
        self.0.send(ListRefunds::new().page(page)).await
    }

    /// The account's refunds, each once: see [`Client::paginate`].
    pub fn paginate(&self, page: ListParams) -> impl Stream<Item = Result<Refund, Error>> + use<K> {
        self.0.paginate(ListRefunds::new().page(page))
    }

    /// The refunds of a charge, each once: see [`Client::paginate`].
    pub fn list_for_charge(&self, charge: ChargeId) -> impl Stream<Item = Result<Refund, Error>> + use<K> {
        self.0.paginate(ListChargeRefunds::new(charge))
    }

    /// Reads a page of the refunds that are found.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn search(&self, query: SearchParams) -> Result<SearchResult<Refund>, Error> {
        self.0.send(SearchRefunds::new().query(query)).await
    }
}
