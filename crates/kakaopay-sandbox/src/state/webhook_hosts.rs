//! Allowed webhook hosts.

use std::sync::Arc;

use crate::webhook_host::WebhookHost;
use crate::webhook_url::{InvalidWebhookUrl, WebhookUrl};

/// Hosts other than this machine to which webhooks may be posted. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct WebhookHosts(Arc<[WebhookHost]>);

impl WebhookHosts {
    pub(crate) fn new(hosts: Vec<WebhookHost>) -> Self {
        Self(hosts.into())
    }

    /// Parses a URL on this machine or on an allowed host.
    pub(crate) fn url(&self, text: &str) -> Result<WebhookUrl, InvalidWebhookUrl> {
        WebhookUrl::parse_on(text, &self.0)
    }

    /// Returns whether a URL is on this machine or on an allowed host.
    pub(crate) fn admits(&self, url: &WebhookUrl) -> bool {
        url.is_on(&self.0)
    }
}
