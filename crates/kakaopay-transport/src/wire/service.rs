//! The default wire as a tower service.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, Write};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connection, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use tower_service::Service;

use crate::base_uri::is_loopback;
use crate::body::{Request, RequestBody};
use crate::error::{BoxError, NotSent};
use crate::wire::builder::{Settings, WireBuilder, tcp};
use crate::wire::connect::Connect;
use crate::wire::tls::TlsError;

/// The default wire: hyper with rustls, on tokio.
///
/// It keeps connections, tries addresses of both families, never sends a request twice, and speaks
/// plain HTTP with this machine only. Clones share the connections. It is bound to no runtime: each call
/// uses the one that it is made on, and what another one left behind is not taken up.
///
/// HTTP/1.1 is spoken, and HTTP/2 with feature `http2` if the service chooses it in the TLS handshake.
/// `C` makes the bare connections: TCP, unless [`WireBuilder::connector`] puts something else there.
#[derive(Clone)]
pub struct Wire<C = HttpConnector>(Client<Connect<HttpsConnector<C>>, RequestBody>);

impl Wire {
    /// A wire with the provider and the roots that were chosen by feature.
    ///
    /// # Errors
    /// [`TlsError`] when they do not make a configuration.
    pub fn new() -> Result<Self, TlsError> {
        Self::builder().build()
    }

    /// A wire with a TLS configuration of your own. Its ALPN protocols are set here, since they
    /// follow from what the wire can speak.
    #[must_use]
    pub fn with_tls(config: ClientConfig) -> Self {
        let settings = Self::builder().settings;
        Self::of(tcp(settings.connect_timeout), config, settings)
    }

    /// Sets a wire up in another way.
    #[must_use]
    pub fn builder() -> WireBuilder {
        WireBuilder::new()
    }
}

impl<C> Wire<C>
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Read + Write + Connection + Unpin + Send + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    pub(super) fn of(connector: C, mut config: ClientConfig, settings: Settings) -> Self {
        // hyper-rustls panics on others than its own.
        config.alpn_protocols.clear();
        let https = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http();
        #[cfg(feature = "http2")]
        let https = https.enable_all_versions();
        #[cfg(not(feature = "http2"))]
        let https = https.enable_http1();
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(settings.idle_timeout)
            .pool_max_idle_per_host(settings.max_idle_per_host)
            .pool_timer(TokioTimer::new())
            // The API has no idempotency key: whether to send again is never the wire's to decide.
            .retry_canceled_requests(false)
            .set_host(true)
            .build(Connect::within(settings.connect_timeout, https.wrap_connector(connector)));
        Self(client)
    }
}

impl<C> fmt::Debug for Wire<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

impl<C> Service<Request> for Wire<C>
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Read + Write + Connection + Unpin + Send + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
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
#[derive(Debug)]
struct PlainHttp;

impl fmt::Display for PlainHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plain http is only for this machine itself")
    }
}

impl std::error::Error for PlainHttp {}
