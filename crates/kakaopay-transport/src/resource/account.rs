//! Calls of the account and its capability.

use kakaopay_types::endpoint::{RetrieveAccount, RetrieveCapability};
use kakaopay_types::{Account, AnyKey, Authorizes, Capability, SecretOnly};

use crate::client::Client;
use crate::error::Error;

impl<K> Client<K> {
    /// Retrieves the account's capability: whether it accepts KakaoPay, its currencies and limits.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn capability(&self) -> Result<Capability, Error>
    where
        K: Authorizes<AnyKey>,
    {
        self.send(RetrieveCapability::new()).await
    }

    /// Retrieves the account.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn account(&self) -> Result<Account, Error>
    where
        K: Authorizes<SecretOnly>,
    {
        self.send(RetrieveAccount::new()).await
    }
}
