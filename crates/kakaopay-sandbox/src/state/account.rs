//! Stored state of the account.

use kakaopay_types::{Key, SecretKey, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Ids, Secrets};
use crate::version::ApiVersion;
use crate::webhook_url::WebhookUrl;

/// The stored account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) team: String,
    pub(crate) created_at: Timestamp,
    /// Version of its events, and of responses to requests without a version.
    pub(crate) version: ApiVersion,
    pub(crate) version_since: Timestamp,
    /// Webhook endpoint.
    pub(crate) webhook_url: Option<WebhookUrl>,
    /// Secrets that sign webhooks.
    pub(crate) secrets: Secrets,
}

impl Account {
    /// Creates an account. Its id follows from its secret key, so that a sandbox that starts again with the key is
    /// the same account.
    pub(crate) fn new(
        ids: &mut Ids,
        key: &SecretKey,
        version: ApiVersion,
        webhook_url: Option<WebhookUrl>,
        secrets: Secrets,
        now: Timestamp,
    ) -> Self {
        let created_at = now.truncate_to_seconds();
        // A team has the same id in both modes, so the id contains no mode.
        let team = ids.next("acct").replace("_test_", "_");
        Self {
            id: account_id(key),
            team,
            created_at,
            version,
            version_since: created_at,
            webhook_url,
            secrets,
        }
    }

    /// Upgrades to a newer version. Returns `false` for an older version: downgrades are not possible.
    pub(crate) fn upgrade(&mut self, version: ApiVersion, now: Timestamp) -> bool {
        if version < self.version {
            return false;
        }
        if version != self.version {
            self.version = version;
            self.version_since = now.truncate_to_seconds();
        }
        true
    }
}

/// The id of a key's account. The key cannot be read from it: it is made from a part of the key's SHA-256.
fn account_id(key: &SecretKey) -> String {
    let digest = Sha256::new().chain_update("account of ").chain_update(key.expose()).finalize();
    let seed = digest.iter().take(8).fold(0, |seed, byte| seed << 8 | u64::from(*byte));
    Ids::new(seed).next("account")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f52_i7_an_account_follows_from_its_key_and_does_not_show_it() {
        let id = |key: &str| account_id(&SecretKey::parse(key).expect("a key"));
        let (one, other) = ("skey_test_5xt0gk0nqqnwnp1bnm8", "skey_test_5xt0gk0nqqnwnp1bnm9");
        assert_eq!(id(one), id(one));
        assert_ne!(id(one), id(other));
        assert!(id(one).starts_with("account_test_") && id(one).len() == "account_test_".len() + 19);
        assert!(!id(one).contains("5xt0g"));
    }
}
