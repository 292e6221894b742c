//! The builder of a client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use kakaopay_types::{ApiVersion, Key};
use tower_layer::Layer;
use tower_service::Service;

use crate::base_uri::BaseUri;
use crate::body::{HttpRequest, HttpResponse};
use crate::client::Client;
use crate::encoding::Encoding;
use crate::error::BoxError;
use crate::layer::RetryPolicy;
use crate::settings::{Settings, USER_AGENT};
use crate::stack::{self, Stack};
use crate::transport::Transport;

/// Builds a [`Client`].
#[derive(Clone)]
pub struct ClientBuilder<S, K> {
    transport: S,
    layers: Vec<Arc<dyn Fn(Stack) -> Stack + Send + Sync>>,
    key: K,
    encoding: Encoding,
    settings: Settings,
}

impl<S, K: Key> ClientBuilder<S, K> {
    pub(crate) fn new(transport: S, key: K) -> Self {
        let (encoding, settings) = (Encoding::default(), Settings::default());
        Self { transport, layers: Vec::new(), key, encoding, settings }
    }

    /// Sets the origin of the API; `https://api.omise.co` by default.
    #[must_use]
    pub fn base_uri(mut self, base_uri: BaseUri) -> Self {
        self.settings.base_uri = base_uri;
        self
    }

    /// Sets the encoding of request bodies; form encoding by default, like the guide's examples.
    #[must_use]
    pub fn encoding(self, encoding: Encoding) -> Self {
        Self { encoding, ..self }
    }

    /// Sets the API version of responses; 2019-05-29 by default.
    #[must_use]
    pub fn api_version(mut self, version: ApiVersion) -> Self {
        self.settings.version = version;
        self
    }

    /// Appends to the `User-Agent` header, such as `shop/1.2`, after this crate's `kakaopay-rust/VERSION`.
    #[must_use]
    pub fn user_agent_suffix(mut self, suffix: &HeaderValue) -> Self {
        let whole = [USER_AGENT.as_bytes(), b" ", suffix.as_bytes()].concat();
        // Two valid header values joined by a space are a valid header value.
        if let Ok(user_agent) = HeaderValue::from_bytes(&whole) {
            self.settings.user_agent = user_agent;
        }
        self
    }

    /// Sets the timeout of a whole call, all attempts and waits included; 60 seconds by default.
    /// With a shorter timeout, more mutations end with an unknown outcome.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// Sets the timeout of one attempt of a read; 18 seconds by default.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.settings.attempt_timeout = timeout;
        self
    }

    /// Sets when reads are retried; at most three attempts by default. No policy makes the client retry a
    /// mutation.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy;
        self
    }

    /// Adds a layer above all of this crate's layers. It sees each call once, with its
    /// [operation](crate::RequestBody::operation) and its final response, but neither the key nor the origin.
    /// A layer added later goes above it.
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Stack> + Send + Sync + 'static,
        L::Service: Service<HttpRequest, Response = HttpResponse> + Clone + Send + Sync + 'static,
        <L::Service as Service<HttpRequest>>::Error: Into<BoxError>,
        <L::Service as Service<HttpRequest>>::Future: Send,
    {
        self.layers.push(Arc::new(move |stack: Stack| stack.wrap_in(&layer)));
        self
    }

    /// Adds a layer below all of this crate's layers, right above the transport. It sees each attempt, with
    /// the key and the full URI, and the transport's own response. A layer added later goes above it. Like
    /// the transport, it must send each request at most once: no layer below can enforce that.
    #[must_use]
    pub fn attempt_layer<L: Layer<S>>(self, layer: &L) -> ClientBuilder<L::Service, K> {
        let Self { transport, layers, key, encoding, settings } = self;
        ClientBuilder { transport: layer.layer(transport), layers, key, encoding, settings }
    }

    /// Sets the maximum number of calls in flight, at least 1, and how many of them are kept for mutations; 32 and 8 by
    /// default. A call above it waits within its timeout.
    #[must_use]
    pub fn max_in_flight(mut self, max: usize, for_mutations: usize) -> Self {
        self.settings.max_in_flight = max;
        self.settings.for_mutations = for_mutations;
        self
    }

    /// Sets the maximum size of a response body in bytes; 1 MiB by default.
    #[must_use]
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_response_bytes = bytes;
        self
    }

    /// Builds the client.
    #[must_use]
    pub fn build(self) -> Client<K>
    where
        S: Transport,
    {
        let stack = stack::build(self.transport, &self.key, self.settings);
        let stack = self.layers.iter().fold(stack, |stack, layer| layer(stack));
        Client::over(stack, self.key, self.encoding)
    }
}

impl<S, K> fmt::Debug for ClientBuilder<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("encoding", &self.encoding)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
