//! Calls that concern the account.

use kakaopay_types::endpoint::{RetrieveAccount, RetrieveCapability};
use kakaopay_types::{Account, AnyKey, Authorizes, Capability, SecretOnly};

use crate::client::Client;
use crate::error::Error;

impl<K> Client<K> {
    /// What the account can do: whether it takes KakaoPay, in which currencies, up to how much.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn capability(&self) -> Result<Capability, Error>
    where
        K: Authorizes<AnyKey>,
    {
        self.send(RetrieveCapability::new()).await
    }

    /// The account.
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
