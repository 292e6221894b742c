//! Stored state of the account.

use kakaopay_types::Timestamp;
use serde::{Deserialize, Serialize};

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
    /// Creates an account.
    pub(crate) fn new(
        ids: &mut Ids,
        version: ApiVersion,
        webhook_url: Option<WebhookUrl>,
        secrets: Secrets,
        now: Timestamp,
    ) -> Self {
        let created_at = now.truncate_to_seconds();
        // A team has the same id in both modes, so the id contains no mode.
        let team = ids.next("acct").replace("_test_", "_");
        Self {
            id: ids.next("account"),
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
