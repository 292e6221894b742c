//! The default transport as a tower service.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::connect::{Connection, HttpConnector};
use rustls::ClientConfig;
use tower_service::Service;

use crate::body::HttpRequest;
use crate::error::{BoxError, Error, NotSent};
use crate::hyper_transport::builder::{HyperTransportBuilder, Settings, tcp};
use crate::hyper_transport::connect::Connect;
use crate::hyper_transport::pool::Pool;
use crate::hyper_transport::target::Target;
use crate::hyper_transport::tls::TlsError;
use crate::send_by::SendBy;

/// The default transport: hyper with rustls, on tokio.
///
/// It pools connections, connects over IPv4 and IPv6, never sends a request twice, and uses plain HTTP on
/// loopback only. Clones share the pool. It is not bound to a runtime: each call runs on the current runtime
/// and uses only connections of that runtime.
///
/// If a pooled connection turns out to be closed before a byte of the request was sent, the request goes
/// over a new connection. If connecting fails, the request was [not sent](NotSent).
///
/// It speaks HTTP/1.1, and with feature `http2` also HTTP/2 if the server selects it in the TLS handshake.
/// `C` opens plain connections: TCP unless [`HyperTransportBuilder::connector`] replaces it.
pub struct HyperTransport<C = HttpConnector>(Arc<Shared<C>>);

/// State shared by all clones.
struct Shared<C> {
    connect: Connect<C>,
    pool: Arc<Pool>,
}

impl HyperTransport {
    /// Creates a transport with the default TLS configuration.
    ///
    /// # Errors
    /// [`TlsError`] if [`default_tls_config`](crate::default_tls_config) fails.
    pub fn new() -> Result<Self, TlsError> {
        Self::builder().build()
    }

    /// Creates a transport with this TLS configuration. Its ALPN protocols are overwritten with the HTTP
    /// versions that the transport supports.
    #[must_use]
    pub fn with_tls(config: ClientConfig) -> Self {
        let settings = Self::builder().settings;
        Self::of(tcp(settings.connect_timeout), config, settings)
    }

    /// Returns a builder with default settings.
    #[must_use]
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::new()
    }
}

impl<C> HyperTransport<C>
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Read + Write + Connection + Unpin + Send + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    pub(super) fn of(connector: C, mut config: ClientConfig, settings: Settings) -> Self {
        // hyper-rustls sets them, and panics if they are set already.
        config.alpn_protocols.clear();
        let https = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http();
        #[cfg(feature = "http2")]
        let https = https.enable_all_versions();
        #[cfg(not(feature = "http2"))]
        let https = https.enable_http1();
        let https = https.wrap_connector(connector);
        let Settings { connect_timeout, idle_timeout, max_idle_per_host } = settings;
        Self(Arc::new(Shared {
            connect: Connect::new(https, connect_timeout, idle_timeout),
            pool: Arc::new(Pool::new(idle_timeout, max_idle_per_host)),
        }))
    }
}

impl<C> Clone for HyperTransport<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> fmt::Debug for HyperTransport<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport").finish_non_exhaustive()
    }
}

impl<C> Service<HttpRequest> for HyperTransport<C>
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Read + Write + Connection + Unpin + Send + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    type Response = http::Response<Incoming>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // Connections are opened by `call`.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: HttpRequest) -> Self::Future {
        let Some(target) = Target::take(&mut request) else {
            return Box::pin(async { Err(NotSent(PlainHttp.into()).into()) });
        };
        Box::pin(Arc::clone(&self.0).send(target, request))
    }
}

impl<C> Shared<C>
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Read + Write + Connection + Unpin + Send + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    /// Sends a request once.
    async fn send(
        self: Arc<Self>,
        target: Target,
        mut request: HttpRequest,
    ) -> Result<http::Response<Incoming>, BoxError> {
        check_time(&request)?;
        if let Some(mut pooled) = self.pool.take(&target) {
            match pooled.send(request).await {
                Ok(response) => {
                    self.pool.give_back(pooled);
                    return Ok(response);
                }
                // hyper returns a request only if no byte of it was sent, because the server had closed the
                // connection. Sending it over another one is not a second time.
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(error.into_error().into()),
                },
            }
        }
        // Boxed, so that calls over a pooled connection do not reserve memory for it.
        let mut fresh = Box::pin(self.connect.connect(target, &self.pool)).await?;
        // Connecting takes time, in which the process may also be suspended.
        if let Err(overdue) = check_time(&request) {
            self.pool.give_back(fresh);
            return Err(overdue.into());
        }
        match fresh.send(request).await {
            Ok(response) => {
                self.pool.give_back(fresh);
                Ok(response)
            }
            Err(error) if error.message().is_some() => Err(NotSent(error.into_error().into()).into()),
            Err(error) => Err(error.into_error().into()),
        }
    }
}

/// Checks right before the first byte whether the request may still leave.
fn check_time(request: &HttpRequest) -> Result<(), Error> {
    if request.body().send_by().is_some_and(SendBy::is_over) { Err(Error::overdue()) } else { Ok(()) }
}

/// The request would leave the machine unencrypted.
#[derive(Debug)]
struct PlainHttp;

impl fmt::Display for PlainHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("plain http is allowed on loopback only: use https")
    }
}

impl std::error::Error for PlainHttp {}
