//! How a client is set up.

use std::time::Duration;

use http::HeaderValue;
use http_body::Body;
use kakaopay_types::Key;
use tower_service::Service;

use crate::api_version::ApiVersion;
use crate::base_uri::BaseUri;
use crate::body::Request;
use crate::client::Client;
use crate::encoding::Encoding;
use crate::error::BoxError;
use crate::stack;

/// Who is asking, before whatever is added to it.
const USER_AGENT: &str = concat!("kakaopay-rust/", env!("CARGO_PKG_VERSION"));
/// How long a call may take. Omise says that a bank may need up to 60 seconds.
const DEADLINE: Duration = Duration::from_secs(60);
/// Most bytes of an answer: some 300 charges. A page has 100.
const CAP: usize = 1024 * 1024;

/// Sets a [`Client`] up.
#[derive(Debug, Clone)]
pub struct ClientBuilder<S, K> {
    wire: S,
    key: K,
    encoding: Encoding,
    settings: Settings,
}

/// What the layers need to know.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) base_uri: BaseUri,
    pub(crate) version: ApiVersion,
    pub(crate) user_agent: HeaderValue,
    pub(crate) deadline: Duration,
    pub(crate) cap: usize,
}

impl<S, K: Key> ClientBuilder<S, K> {
    pub(crate) fn new(wire: S, key: K) -> Self {
        let settings = Settings {
            base_uri: BaseUri::default(),
            version: ApiVersion::default(),
            user_agent: HeaderValue::from_static(USER_AGENT),
            deadline: DEADLINE,
            cap: CAP,
        };
        Self { wire, key, encoding: Encoding::default(), settings }
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
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = deadline;
        self
    }

    /// Most bytes of an answer that are read; 1 MiB by default.
    #[must_use]
    pub fn response_cap(mut self, bytes: usize) -> Self {
        self.settings.cap = bytes;
        self
    }

    /// The client.
    #[must_use]
    pub fn build<B>(self) -> Client<K>
    where
        S: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let stack = stack::build(self.wire, &self.key, self.settings);
        Client::over(stack, self.key.mode(), self.encoding)
    }
}
