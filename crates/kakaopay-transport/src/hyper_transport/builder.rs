//! The builder of the default transport.

use std::fmt;
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, Write};
use hyper_util::client::legacy::connect::{Connection, HttpConnector};
use rustls::ClientConfig;
use tower_service::Service;

use crate::error::BoxError;
use crate::hyper_transport::service::HyperTransport;
use crate::hyper_transport::tls::{TlsError, default_tls_config};

/// Timeout of connecting: DNS, TCP and the TLS handshake together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Idle timeout of a connection. Servers commonly use a longer one; a request that races with the server's
/// close has an unknown outcome.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Builds a [`HyperTransport`].
///
/// ```
/// use std::time::Duration;
/// # use kakaopay_transport::{TlsError, HyperTransport};
///
/// # fn transport() -> Result<HyperTransport, TlsError> {
/// HyperTransport::builder().connect_timeout(Duration::from_secs(3)).max_idle_per_host(4).build()
/// # }
/// ```
pub struct HyperTransportBuilder<C = HttpConnector> {
    pub(super) settings: Settings,
    tls: Option<ClientConfig>,
    // Created by `build`, since the default connector needs the connect timeout.
    connector: Box<dyn FnOnce(Duration) -> C + Send + Sync>,
}

/// The settings that do not depend on the connector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub(super) connect_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) max_idle_per_host: usize,
}

impl HyperTransportBuilder {
    pub(super) fn new() -> Self {
        let settings = Settings {
            connect_timeout: CONNECT_TIMEOUT,
            idle_timeout: IDLE_TIMEOUT,
            max_idle_per_host: usize::MAX,
        };
        Self { settings, tls: None, connector: Box::new(tcp) }
    }
}

impl<C> HyperTransportBuilder<C> {
    /// Sets the TLS configuration, with your provider, roots, client certificate or verifier. The default is
    /// [`default_tls_config`](crate::default_tls_config). The transport overwrites its ALPN protocols with the
    /// HTTP versions that it supports.
    #[must_use]
    pub fn tls(self, config: ClientConfig) -> Self {
        Self { tls: Some(config), ..self }
    }

    /// Sets the connector below TLS: a proxy's tunnel, a socket, or a pipe in a test.
    ///
    /// It gets the full URI, `https` included (an `HttpConnector` of your own needs `enforce_http(false)`), and
    /// returns a plain connection; TLS runs over it, end to end. Its errors count as "not sent", so it must not
    /// send a byte of any request before it fails.
    #[must_use]
    pub fn connector<D>(self, connector: D) -> HyperTransportBuilder<D>
    where
        D: Send + Sync + 'static,
    {
        let Self { settings, tls, connector: _ } = self;
        HyperTransportBuilder { settings, tls, connector: Box::new(move |_| connector) }
    }

    /// Sets the timeout of connecting, from DNS to the end of the TLS handshake; 10 seconds by default. Keep it
    /// below the call's [timeout](crate::ClientBuilder::timeout): after a failed connect nothing was sent, but
    /// a call that times out may have been carried out.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// Sets the idle timeout of connections; 30 seconds by default. If it exceeds the server's, more requests
    /// end with an unknown outcome.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.idle_timeout = timeout;
        self
    }

    /// Sets the maximum number of idle connections per host; unlimited by default. Zero disables reuse.
    #[must_use]
    pub fn max_idle_per_host(mut self, connections: usize) -> Self {
        self.settings.max_idle_per_host = connections;
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    /// [`TlsError`] if no TLS configuration was set and [`default_tls_config`](crate::default_tls_config)
    /// fails.
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

/// Returns the default connector: TCP over IPv4 and IPv6.
pub(super) fn tcp(connect_timeout: Duration) -> HttpConnector {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    // hyper-util divides it among the addresses of a name, so that a dead one leaves time for the next.
    http.set_connect_timeout(Some(connect_timeout));
    http.set_nodelay(true);
    http
}
