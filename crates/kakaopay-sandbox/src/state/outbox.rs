//! Webhooks in the outbox.

use kakaopay_types::EventId;
use serde::{Deserialize, Serialize};

use super::{Account, WebhookHosts};
use crate::webhook_url::WebhookUrl;

/// An event to be posted to one endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Outgoing {
    pub(crate) event: EventId,
    /// An endpoint of its charge; `None` for the account's.
    own: Option<String>,
}

impl Outgoing {
    /// Creates an outgoing webhook for each endpoint. As documented, endpoints of the charge replace the account's.
    pub(super) fn of(event: &EventId, own: &[String]) -> Vec<Self> {
        if own.is_empty() {
            return vec![Self { event: event.clone(), own: None }];
        }
        own.iter().map(|address| Self { event: event.clone(), own: Some(address.clone()) }).collect()
    }

    /// Returns the endpoint; `None` drops the webhook, as for a host that is no longer allowed.
    pub(crate) fn url(&self, account: &Account, hosts: &WebhookHosts) -> Option<WebhookUrl> {
        match &self.own {
            Some(address) => hosts.url(address).ok(),
            None => account.webhook_url.clone().filter(|url| hosts.admits(url)),
        }
    }
}
