//! The account, as the sandbox keeps it.

use kakaopay_types::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Ids, Secrets};
use crate::version::ApiVersion;
use crate::webhook_url::WebhookUrl;

/// The account, as the sandbox keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) team: String,
    pub(crate) created_at: Timestamp,
    /// In which its events are written, and what a request gets that asks for none.
    pub(crate) version: ApiVersion,
    pub(crate) version_since: Timestamp,
    /// Where events are posted to.
    pub(crate) webhook_url: Option<WebhookUrl>,
    /// Whether events are posted. While they are not, they are lost.
    pub(crate) posts: bool,
    /// What webhooks are signed with.
    pub(crate) secrets: Secrets,
}

impl Account {
    /// A new account.
    pub(crate) fn new(
        ids: &mut Ids,
        version: ApiVersion,
        webhook_url: Option<WebhookUrl>,
        secrets: Secrets,
        now: Timestamp,
    ) -> Self {
        let created_at = now.truncate_to_seconds();
        // A team is the same in both modes, so that its name does not tell one.
        let team = ids.next("acct").replace("_test_", "_");
        Self {
            id: ids.next("account"),
            team,
            created_at,
            version,
            version_since: created_at,
            webhook_url,
            posts: true,
            secrets,
        }
    }

    /// Moves on to a newer version. `false` when it is an older one: there is no way back.
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
