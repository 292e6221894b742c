//! Whether a store may be driven with a key: they must be of the same account and mode.

use std::sync::OnceLock;

use kakaopay_store::{Setting, Store, StoreError, StoreErrorKind};
use kakaopay_types::endpoint::RetrieveAccount;
use kakaopay_types::{Mode, StoreId};

use super::engine::Engine;
use crate::error::Error;

/// What a process has learned about its key and its store. Neither changes while it runs.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    /// The account of the key.
    account: OnceLock<Box<str>>,
    /// The store's identity, once the store was found to be of the key's account and mode.
    store: OnceLock<StoreId>,
    /// Set once the service's newest charges were compared with the store.
    pub(super) compared: OnceLock<()>,
    /// Held while they are compared.
    pub(super) comparing: tokio::sync::Mutex<()>,
}

impl Identity {
    /// Whether the store's identity is known, so that it must not change.
    pub(crate) fn is_known(&self) -> bool {
        self.store.get().is_some()
    }
}

impl<S: Store> Engine<S> {
    /// Checks that the store may be driven: it is not closed, and of the key's account and mode.
    pub(crate) async fn ready(&self) -> Result<&StoreId, Error> {
        if let Some(why) = self.store.setting(Setting::Closed).await? {
            return Err(Error::StoreClosed { why });
        }
        self.store_id().await
    }

    /// Returns the store's identity. The first call reads the key's account from the API, and has the store
    /// remember it if it has none.
    pub(crate) async fn store_id(&self) -> Result<&StoreId, Error> {
        if let Some(id) = self.identity.store.get() {
            return Ok(id);
        }
        let mode = self.mode.as_str();
        // Known without a request.
        if let Some(found) = self.store.setting(Setting::Mode).await?.filter(|found| found != mode) {
            return Err(wrong_mode(&found, self.mode));
        }
        let account = self.account_of_key().await?;
        let found = self.remember(Setting::Account, account).await?;
        if *found != *account {
            return Err(Error::AccountMismatch { store: found.into(), key: account.into() });
        }
        let found = self.remember(Setting::Mode, mode).await?;
        if *found != *mode {
            return Err(wrong_mode(&found, self.mode));
        }
        let text = self.store.setting(Setting::StoreId).await?.unwrap_or_default();
        let unusable = |error| Error::Store(StoreError::new(StoreErrorKind::UnrecognizedSchema, error));
        let id = StoreId::parse(&text).map_err(unusable)?;
        Ok(self.identity.store.get_or_init(|| id))
    }

    async fn account_of_key(&self) -> Result<&str, Error> {
        if let Some(account) = self.identity.account.get() {
            return Ok(account);
        }
        // Calls at the same time read it side by side: none waits for one that is slow.
        let account = self.clients.secret.send(RetrieveAccount::new()).await;
        let account = account.map_err(|error| Error::AccountUnknown(Box::new(error)))?;
        Ok(self.identity.account.get_or_init(|| account.id))
    }

    /// Returns the text of a setting, after setting it to `text` if it was absent.
    async fn remember(&self, setting: Setting, text: &str) -> Result<String, Error> {
        loop {
            if let Some(found) = self.store.setting(setting).await? {
                return Ok(found);
            }
            // Another process may be faster.
            if self.store.change_setting(setting, None, Some(text)).await? {
                return Ok(text.to_owned());
            }
        }
    }
}

fn wrong_mode(store: &str, key: Mode) -> Error {
    Error::StoreModeMismatch { store: store.into(), key }
}
