//! The default wire as a tower service.

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

use crate::body::Request;
use crate::error::{BoxError, NotSent};
use crate::wire::builder::{HyperTransportBuilder, Settings, tcp};
use crate::wire::connect::Connect;
use crate::wire::pool::Pool;
use crate::wire::target::Target;
use crate::wire::tls::TlsError;

/// The default wire: hyper with rustls, on tokio.
///
/// It keeps connections, tries addresses of both families, never sends a request twice, and speaks
/// plain HTTP with this machine only. Clones share the connections. It is bound to no runtime: each call
/// uses the one that it is made on and that one's connections, and what another one left behind is not
/// taken up.
///
/// A kept connection may turn out to be closed before a byte of the request has left. The request then goes
/// over a new one, and if that is not to be had either, it was [not sent](NotSent).
///
/// HTTP/1.1 is spoken, and HTTP/2 with feature `http2` if the service chooses it in the TLS handshake.
/// `C` makes the bare connections: TCP, unless [`HyperTransportBuilder::connector`] puts something else there.
pub struct HyperTransport<C = HttpConnector>(Arc<Shared<C>>);

/// What clones share.
struct Shared<C> {
    connect: Connect<C>,
    pool: Arc<Pool>,
}

impl HyperTransport {
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
        // hyper-rustls panics on others than its own.
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

impl<C> Service<Request> for HyperTransport<C>
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
        // The client makes connections as they are needed.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let Some(target) = Target::take(&mut request) else {
            return Box::pin(async { Err(NotSent(PlainHttp.into()).into()) });
        };
        Box::pin(Arc::clone(&self.0).carry(target, request))
    }
}

impl<C> Shared<C>
where
    C: Service<Uri> + Clone + Send + Sync + 'static,
    C::Response: Read + Write + Connection + Unpin + Send + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    /// Sends a request, once.
    async fn carry(
        self: Arc<Self>,
        target: Target,
        mut request: Request,
    ) -> Result<http::Response<Incoming>, BoxError> {
        if let Some(mut kept) = self.pool.take(&target) {
            match kept.send(request).await {
                Ok(answer) => {
                    self.pool.give_back(kept);
                    return Ok(answer);
                }
                // What hyper gives back has left with no byte: the service has closed the connection and seen
                // nothing of it. So it leaves over another one, for the first time.
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(error.into_error().into()),
                },
            }
        }
        // It has a piece of memory of its own, so that calls over a kept connection carry no room for it.
        let mut fresh = Box::pin(self.connect.connect(target, &self.pool)).await?;
        match fresh.send(request).await {
            Ok(answer) => {
                self.pool.give_back(fresh);
                Ok(answer)
            }
            Err(error) if error.message().is_some() => Err(NotSent(error.into_error().into()).into()),
            Err(error) => Err(error.into_error().into()),
        }
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
