//! An event that waits to be posted.

use kakaopay_types::EventId;
use serde::{Deserialize, Serialize};

use super::{Account, WebhookHosts};
use crate::webhook_url::WebhookUrl;

/// An event that waits to be posted to one address.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outgoing {
    pub(crate) event: EventId,
    /// An address of its charge's own; `None` for the account's.
    own: Option<String>,
}

impl Outgoing {
    /// An event to where it is posted: as documented, its charge's own addresses take the place of the
    /// account's.
    pub(super) fn of(event: &EventId, own: &[String]) -> Vec<Self> {
        if own.is_empty() {
            return vec![Self { event: event.clone(), own: None }];
        }
        own.iter().map(|address| Self { event: event.clone(), own: Some(address.clone()) }).collect()
    }

    /// Where it is posted to; `None` when it is lost, as it is when that is a machine that it may not go to.
    pub(crate) fn url(&self, account: &Account, hosts: &WebhookHosts) -> Option<WebhookUrl> {
        if !account.posts {
            return None;
        }
        match &self.own {
            Some(address) => hosts.url(address).ok(),
            None => account.webhook_url.clone().filter(|url| hosts.admits(url)),
        }
    }
}
