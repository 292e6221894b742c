//! The hosts beside this machine that a sandbox may post to.

use std::sync::Arc;

use crate::webhook_host::WebhookHost;
use crate::webhook_url::{InvalidWebhookUrl, WebhookUrl};

/// The hosts beside this machine that a sandbox may post to. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct WebhookHosts(Arc<[WebhookHost]>);

impl WebhookHosts {
    pub(crate) fn new(hosts: Vec<WebhookHost>) -> Self {
        Self(hosts.into())
    }

    /// Parses an address on this machine or on one of these hosts.
    pub(crate) fn url(&self, text: &str) -> Result<WebhookUrl, InvalidWebhookUrl> {
        WebhookUrl::parse_on(text, &self.0)
    }

    /// Whether an address is on this machine or on one of these hosts.
    pub(crate) fn admits(&self, url: &WebhookUrl) -> bool {
        url.is_on(&self.0)
    }
}
