//! How a client is set up.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use kakaopay_types::{ApiVersion, Key};
use tower_layer::Layer;
use tower_service::Service;

use crate::base_uri::BaseUri;
use crate::body::{Request, Response};
use crate::client::Client;
use crate::encoding::Encoding;
use crate::error::BoxError;
use crate::layer::RetryPolicy;
use crate::settings::{Settings, USER_AGENT};
use crate::stack::{self, Stack};
use crate::transport::Transport;

/// Sets a [`Client`] up.
#[derive(Clone)]
pub struct ClientBuilder<S, K> {
    wire: S,
    above: Vec<Arc<dyn Fn(Stack) -> Stack + Send + Sync>>,
    key: K,
    encoding: Encoding,
    settings: Settings,
}

impl<S, K: Key> ClientBuilder<S, K> {
    pub(crate) fn new(wire: S, key: K) -> Self {
        Self { wire, above: Vec::new(), key, encoding: Encoding::default(), settings: Settings::default() }
    }

    /// Where the API is; `https://api.omise.co` by default.
    #[must_use]
    pub fn base_uri(mut self, base_uri: BaseUri) -> Self {
        self.settings.base_uri = base_uri;
        self
    }

    /// How bodies are written; as forms by default, like the guide's examples.
    #[must_use]
    pub fn encoding(self, encoding: Encoding) -> Self {
        Self { encoding, ..self }
    }

    /// In which version answers are written; 2019-05-29 by default.
    #[must_use]
    pub fn api_version(mut self, version: ApiVersion) -> Self {
        self.settings.version = version;
        self
    }

    /// Says who is asking, such as `shop/1.2`, behind this crate's own `kakaopay-rust/VERSION`.
    #[must_use]
    pub fn user_agent_suffix(mut self, suffix: &HeaderValue) -> Self {
        let whole = [USER_AGENT.as_bytes(), b" ", suffix.as_bytes()].concat();
        // Two legal values and a space between them are a legal value.
        if let Ok(user_agent) = HeaderValue::from_bytes(&whole) {
            self.settings.user_agent = user_agent;
        }
        self
    }

    /// How long a call may take in all, waiting for the service included; 60 seconds by default.
    /// Mutations with a shorter one end
    /// with an unknown outcome more often.
    #[must_use]
    pub fn timeout(mut self, deadline: Duration) -> Self {
        self.settings.deadline = deadline;
        self
    }

    /// How long one attempt of a call may take that only reads; 18 seconds by default.
    #[must_use]
    pub fn attempt_timeout(mut self, deadline: Duration) -> Self {
        self.settings.attempt_deadline = deadline;
        self
    }

    /// When a call that only reads is made again; three attempts by default. What changes something is
    /// never sent again, whatever stands here.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy;
        self
    }

    /// Puts a layer of your own above all of this crate's: it sees a call once, with its
    /// [operation](crate::RequestBody::operation) and its final answer, and neither the key nor the origin. A
    /// further one goes above it.
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Stack> + Send + Sync + 'static,
        L::Service: Service<Request, Response = Response> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Error: Into<BoxError>,
        <L::Service as Service<Request>>::Future: Send,
    {
        self.above.push(Arc::new(move |stack: Stack| stack.below(&layer)));
        self
    }

    /// Puts a layer of your own below all of this crate's, right above the wire: it sees each attempt,
    /// with the key and the whole address, and the wire's own answer. A further one goes above it. Like the
    /// wire it must send each request once: nothing below it can hold it to that.
    #[must_use]
    pub fn attempt_layer<L: Layer<S>>(self, layer: &L) -> ClientBuilder<L::Service, K> {
        let Self { wire, above, key, encoding, settings } = self;
        ClientBuilder { wire: layer.layer(wire), above, key, encoding, settings }
    }

    /// Most bytes of an answer that are read; 1 MiB by default.
    #[must_use]
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.settings.cap = bytes;
        self
    }

    /// The client.
    #[must_use]
    pub fn build(self) -> Client<K>
    where
        S: Transport,
    {
        let stack = stack::build(self.wire, &self.key, self.settings);
        let stack = self.above.iter().fold(stack, |stack, above| above(stack));
        Client::over(stack, self.key.mode(), self.encoding)
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
