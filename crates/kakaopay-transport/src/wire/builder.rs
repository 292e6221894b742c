//! How the default wire is set up.

use std::fmt;
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, Write};
use hyper_util::client::legacy::connect::{Connection, HttpConnector};
use rustls::ClientConfig;
use tower_service::Service;

use crate::error::BoxError;
use crate::wire::service::HyperTransport;
use crate::wire::tls::{TlsError, default_tls_config};

/// How long making a connection may take, from the name's look-up to the end of the TLS handshake.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an unused connection is kept. Shorter than servers commonly keep theirs, because a
/// request that meets a closing connection has an unknown outcome.
const IDLE: Duration = Duration::from_secs(30);

/// Sets a [`HyperTransport`] up.
///
/// ```
/// use std::time::Duration;
/// # use kakaopay_transport::{TlsError, HyperTransport};
///
/// # fn wire() -> Result<HyperTransport, TlsError> {
/// HyperTransport::builder().connect_timeout(Duration::from_secs(3)).max_idle_per_host(4).build()
/// # }
/// ```
pub struct HyperTransportBuilder<C = HttpConnector> {
    pub(super) settings: Settings,
    tls: Option<ClientConfig>,
    // Made at the end, since the one that comes with the wire is told how long it may take.
    connector: Box<dyn FnOnce(Duration) -> C + Send + Sync>,
}

/// What is the same for every connector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) connect_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) max_idle_per_host: usize,
}

impl HyperTransportBuilder {
    pub(super) fn new() -> Self {
        let settings =
            Settings { connect_timeout: CONNECT, idle_timeout: IDLE, max_idle_per_host: usize::MAX };
        Self { settings, tls: None, connector: Box::new(tcp) }
    }
}

impl<C> HyperTransportBuilder<C> {
    /// A TLS configuration of your own, with your provider, roots, client certificate or verifier.
    /// Its ALPN protocols are set by the wire, since they follow from what it can speak. Otherwise
    /// [`default_tls_config`](crate::default_tls_config) is taken.
    #[must_use]
    pub fn tls(self, config: ClientConfig) -> Self {
        Self { tls: Some(config), ..self }
    }

    /// A connector of your own below TLS: a proxy's tunnel, a socket, or a pipe in a test.
    ///
    /// It is given the whole URI, `https` included (a `HttpConnector` of your own needs
    /// `enforce_http(false)`), and gives the bare connection: TLS is spoken over it, end to end. Its errors
    /// count as "not sent", and so must come before it lets go of a byte of any request.
    #[must_use]
    pub fn connector<D>(self, connector: D) -> HyperTransportBuilder<D>
    where
        D: Send + Sync + 'static,
    {
        let Self { settings, tls, connector: _ } = self;
        HyperTransportBuilder { settings, tls, connector: Box::new(move |_| connector) }
    }

    /// How long making a connection may take, from the name's look-up to the end of the TLS handshake;
    /// 10 seconds by default. Keep it below the [deadline](crate::ClientBuilder::deadline) of a call: a
    /// connection that is too slow was surely sent nothing, and a call that ends at its deadline may have
    /// been carried out.
    #[must_use]
    pub fn connect_timeout(mut self, within: Duration) -> Self {
        self.settings.connect_timeout = within;
        self
    }

    /// How long an unused connection is kept; 30 seconds by default. Longer than the server keeps it
    /// makes requests with an unknown outcome.
    #[must_use]
    pub fn idle_timeout(mut self, after: Duration) -> Self {
        self.settings.idle_timeout = after;
        self
    }

    /// Most unused connections that are kept for a host; as many as there come to be by default, and none
    /// at zero.
    #[must_use]
    pub fn max_idle_per_host(mut self, connections: usize) -> Self {
        self.settings.max_idle_per_host = connections;
        self
    }

    /// The wire.
    ///
    /// # Errors
    /// [`TlsError`] when no TLS configuration was given, and the provider and the roots that were chosen
    /// by feature do not make one.
    pub fn build(self) -> Result<HyperTransport<C>, TlsError>
    where
        C: Service<Uri> + Clone + Send + Sync + 'static,
        C::Response: Read + Write + Connection + Unpin + Send + 'static,
        C::Error: Into<BoxError>,
        C::Future: Send + 'static,
    {
        let tls = self.tls.map_or_else(default_tls_config, Ok)?;
        Ok(HyperTransport::of((self.connector)(self.settings.connect_timeout), tls, self.settings))
    }
}

impl<C> fmt::Debug for HyperTransportBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransportBuilder").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// The connector that comes with the wire: TCP, to addresses of both families.
pub(super) fn tcp(within: Duration) -> HttpConnector {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    // Shared out among the addresses of a name, so that a dead one leaves time for the next.
    http.set_connect_timeout(Some(within));
    http.set_nodelay(true);
    http
}
