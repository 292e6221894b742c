//! Allowed hosts of return URIs with plain HTTP.

use std::sync::Arc;

use crate::plain_http;
use crate::return_host::ReturnHost;

/// Hosts of return URIs with plain HTTP. By default there are none, as with the service. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReturnHosts(Arc<[ReturnHost]>);

impl ReturnHosts {
    pub(crate) fn new(hosts: Vec<ReturnHost>) -> Self {
        Self(hosts.into())
    }

    /// Returns whether a URI is plain HTTP on an allowed host.
    pub(crate) fn admits(&self, uri: &str) -> bool {
        plain_http::parse(uri).is_some_and(|uri| self.0.iter().any(|host| host.is_of(&uri)))
    }
}
