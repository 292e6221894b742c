//! The default wire as a tower service.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::uri::Scheme;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower_service::Service;

use crate::base_uri::is_loopback;
use crate::body::{Request, RequestBody};
use crate::error::{BoxError, NotSent};
use crate::wire::connect::Connect;
use crate::wire::tls::{TlsError, default_tls_config};

/// How long making a connection may take, from the name's look-up to the end of the TLS handshake.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an unused connection is kept. Shorter than servers commonly keep theirs, because a
/// request that meets a closing connection has an unknown outcome.
const IDLE: Duration = Duration::from_secs(30);

/// The default wire: hyper with rustls, on tokio.
///
/// It keeps connections, tries addresses of both families, never sends a request twice, and speaks
/// plain HTTP with this machine only. Clones share the connections.
#[derive(Clone)]
pub struct Wire(Client<Connect<HttpsConnector<HttpConnector>>, RequestBody>);

impl Wire {
    /// A wire with the provider and the roots that were chosen by feature.
    ///
    /// # Errors
    /// [`TlsError`] when they do not make a configuration.
    pub fn new() -> Result<Self, TlsError> {
        Ok(Self::with_tls(default_tls_config()?))
    }

    /// A wire with a TLS configuration of your own. Its ALPN protocols are set here, since they
    /// follow from what the wire can speak.
    #[must_use]
    pub fn with_tls(mut config: rustls::ClientConfig) -> Self {
        // hyper-rustls panics on others than its own.
        config.alpn_protocols.clear();
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        // Shared out among the addresses of a name, so that a dead one leaves time for the next.
        http.set_connect_timeout(Some(CONNECT));
        http.set_nodelay(true);
        let https = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http();
        #[cfg(feature = "http2")]
        let https = https.enable_all_versions();
        #[cfg(not(feature = "http2"))]
        let https = https.enable_http1();
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            // The API has no idempotency key: whether to send again is never the wire's to decide.
            .retry_canceled_requests(false)
            .set_host(true)
            .build(Connect::within(CONNECT, https.wrap_connector(http)));
        Self(client)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

impl Service<Request> for Wire {
    type Response = http::Response<hyper::body::Incoming>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // The client makes connections as they are needed.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let uri = request.uri();
        let encrypted = uri.scheme() == Some(&Scheme::HTTPS);
        if !encrypted && !uri.host().is_some_and(is_loopback) {
            return Box::pin(async { Err(NotSent(PlainHttp.into()).into()) });
        }
        let answer = self.0.request(request);
        Box::pin(async move {
            answer.await.map_err(|error| {
                if error.is_connect() { NotSent(error.into()).into() } else { BoxError::from(error) }
            })
        })
    }
}

/// The request would leave this machine unencrypted.
#[derive(Debug, thiserror::Error)]
#[error("plain http is only for this machine itself")]
struct PlainHttp;
