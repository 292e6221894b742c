//! Calls of sources.

use kakaopay_types::endpoint::{CreateSource, RetrieveSource};
use kakaopay_types::{AnyKey, Authorizes, Source, SourceId};

use crate::client::Client;
use crate::error::Error;

/// Calls of sources, with either key; see [`Client::sources`].
#[derive(Debug)]
pub struct Sources<'a, K>(&'a Client<K>);

impl<K> Client<K> {
    /// Returns the calls of sources.
    #[must_use]
    pub fn sources(&self) -> Sources<'_, K> {
        Sources(self)
    }
}

impl<K: Authorizes<AnyKey>> Sources<'_, K> {
    /// Creates a source. It moves no money; an unused source expires.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn create(&self, source: CreateSource) -> Result<Source, Error> {
        self.0.send(source).await
    }

    /// Retrieves a source.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn retrieve(&self, id: SourceId) -> Result<Source, Error> {
        self.0.send(RetrieveSource::new(id)).await
    }
}
