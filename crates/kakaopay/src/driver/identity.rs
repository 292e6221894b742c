//! Whether a store may be driven with a key: they must be of the same account and mode.

use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use kakaopay_store::{Setting, Store, StoreError, StoreErrorKind};
use kakaopay_types::StoreId;
use kakaopay_types::endpoint::RetrieveAccount;
use tokio::time::Instant;

use super::engine::Engine;
use crate::error::Error;

/// Number of keys whose digests a store remembers: more than are in use while a key is replaced.
const MAX_KEYS: usize = 4;

/// What a process has learned about its key and its store. Neither changes while it runs.
#[derive(Debug, Default)]
pub(crate) struct Identity {
    /// The account of the key.
    account: OnceLock<Box<str>>,
    /// The store's identity, once the store is of the key's account and mode for ever.
    store: OnceLock<StoreId>,
    /// Set once the service's newest charges were compared with the store.
    pub(super) compared: OnceLock<()>,
    /// Whether the log has said that the store is suspect.
    pub(super) has_warned: AtomicBool,
    /// Held while they are compared. When that last failed.
    pub(super) comparing: tokio::sync::Mutex<Option<Instant>>,
}

impl Identity {
    /// Whether the store's identity is known, so that it must not change.
    pub(crate) fn is_known(&self) -> bool {
        self.store.get().is_some()
    }
}

impl<S: Store> Engine<S> {
    /// Checks that the store may be driven: it is not closed, and of the key's account and mode.
    pub(crate) async fn ready(&self) -> Result<StoreId, Error> {
        check_open(&self.store).await?;
        self.store_id().await
    }

    /// Returns the store's identity, unless the store is of another account or mode than the key. The first call reads
    /// the key's account from the API. A key that the store knows needs no call, so that a process which starts while
    /// the API is away delivers what is stored.
    pub(crate) async fn store_id(&self) -> Result<StoreId, Error> {
        if let Some(id) = self.identity.store.get() {
            return Ok(id.clone());
        }
        self.check_mode(self.store.setting(Setting::Mode).await?)?;
        let text = self.store.setting(Setting::StoreId).await?.unwrap_or_default();
        let unusable = |error| Error::Store(StoreError::new(StoreErrorKind::UnrecognizedSchema, error));
        let id = StoreId::parse(&text).map_err(unusable)?;
        let Some(account) = self.store.setting(Setting::Account).await? else {
            self.account_of_key().await?;
            return Ok(id);
        };
        self.check_account(&id, &account).await?;
        self.check_mode(Some(self.remember(Setting::Mode, self.mode.as_str()).await?))?;
        Ok(self.identity.store.get_or_init(|| id).clone())
    }

    /// Has the store remember the key's account and mode, because its first payment is about to be stored. A store
    /// without payments belongs to no account, so that a wrong key can still be replaced.
    pub(crate) async fn bind(&self) -> Result<StoreId, Error> {
        if !self.identity.is_known() && self.store.setting(Setting::Account).await?.is_none() {
            let account = self.account_of_key().await?;
            self.remember(Setting::Account, account).await?;
        }
        self.store_id().await
    }

    fn check_mode(&self, found: Option<String>) -> Result<(), Error> {
        match found {
            Some(found) if found != self.mode.as_str() => {
                Err(Error::StoreModeMismatch { store: found.into(), key: self.mode })
            }
            _ => Ok(()),
        }
    }

    /// Checks that the key is of the store's account: the store knows the key, or the API says so.
    async fn check_account(&self, id: &StoreId, store: &str) -> Result<(), Error> {
        let digest = self.clients.secret.key_digest(&format!("{} {store}", id.as_str()));
        let digest: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        if known_keys(self.store.setting(Setting::KnownKeys).await?.as_deref()).contains(&&*digest) {
            return Ok(());
        }
        let key = self.account_of_key().await?;
        if *key != *store {
            return Err(Error::AccountMismatch { store: store.into(), key: key.into() });
        }
        self.remember_key(&digest).await
    }

    /// Adds the digest of a key to those of the last ones.
    async fn remember_key(&self, digest: &str) -> Result<(), Error> {
        loop {
            let before = self.store.setting(Setting::KnownKeys).await?;
            let mut keys = known_keys(before.as_deref());
            keys.retain(|known| *known != digest);
            keys.push(digest);
            let kept = keys.len().saturating_sub(MAX_KEYS);
            let after = keys.split_off(kept).join(" ");
            // Another process may be faster.
            if self.store.change_setting(Setting::KnownKeys, before.as_deref(), Some(&after)).await? {
                return Ok(());
            }
        }
    }

    async fn account_of_key(&self) -> Result<&str, Error> {
        if let Some(account) = self.identity.account.get() {
            return Ok(account);
        }
        // Calls at the same time read it side by side: none waits for one that is slow.
        let account = self.clients.secret.send_timed(RetrieveAccount::new()).await;
        let account = account.map_err(|error| Error::AccountUnknown(Box::new(error)))?;
        self.service_clock.note(account.served_at, self.clock.now());
        Ok(self.identity.account.get_or_init(|| account.object.id))
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

/// Checks that a store is not closed: it is no backup, and its payments have not moved.
pub(crate) async fn check_open(store: &impl Store) -> Result<(), Error> {
    match store.setting(Setting::Closed).await? {
        Some(why) => Err(Error::StoreClosed { why }),
        None => Ok(()),
    }
}

fn known_keys(text: Option<&str>) -> Vec<&str> {
    text.unwrap_or_default().split_whitespace().collect()
}
