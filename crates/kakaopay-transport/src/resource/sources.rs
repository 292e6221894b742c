//! Calls that concern sources.

use kakaopay_types::endpoint::{CreateSource, RetrieveSource};
use kakaopay_types::{AnyKey, Authorizes, Source, SourceId};

use crate::client::Client;
use crate::error::Error;

/// The calls that concern sources; either key may make them.
#[derive(Debug)]
pub struct Sources<'a, K>(&'a Client<K>);

impl<K> Client<K> {
    /// The calls that concern sources.
    #[must_use]
    pub fn sources(&self) -> Sources<'_, K> {
        Sources(self)
    }
}

impl<K: Authorizes<AnyKey>> Sources<'_, K> {
    /// Creates a source. It moves no money: one that nobody charges is forgotten.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn create(&self, source: CreateSource) -> Result<Source, Error> {
        self.0.send(source).await
    }

    /// Reads a source.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn retrieve(&self, id: SourceId) -> Result<Source, Error> {
        self.0.send(RetrieveSource::new(id)).await
    }
}
