//! Opens connections.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use http::Uri;
use hyper::client::conn::http1;
#[cfg(feature = "http2")]
use hyper::client::conn::http2;
use hyper::rt::{Read, Write};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::Connection as Connected;
#[cfg(feature = "http2")]
use hyper_util::rt::TokioExecutor;
use tower_service::Service;

use crate::error::{BoxError, NotSent};
use crate::hyper_transport::connection::{Connection, Sender};
use crate::hyper_transport::pool::Pool;
use crate::hyper_transport::target::Target;

/// Minimum interval at which a connection's task evicts idle connections.
const MIN_EVICTION_INTERVAL: Duration = Duration::from_secs(1);

/// Opens connections, each within a timeout.
///
/// The connector's own timeout covers TCP only. A stalled TLS handshake would last until the call's timeout,
/// whose error cannot say that nothing was sent.
pub(super) struct Connect<C> {
    connector: HttpsConnector<C>,
    timeout: Duration,
    idle_timeout: Duration,
}

impl<C> Connect<C> {
    pub(super) fn new(connector: HttpsConnector<C>, timeout: Duration, idle_timeout: Duration) -> Self {
        Self { connector, timeout, idle_timeout }
    }
}

impl<C> Connect<C>
where
    C: Service<Uri> + Clone,
    C::Response: Read + Write + Connected + Unpin + Send + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    /// Opens a connection to this target. Its task runs on the current runtime.
    ///
    /// # Errors
    /// [`NotSent`] if connecting fails or times out.
    pub(super) async fn connect(&self, target: Target, pool: &Arc<Pool>) -> Result<Connection, NotSent> {
        // A runtime that has ended leaves connections in the pool, but no task that evicts them.
        pool.evict();
        match tokio::time::timeout(self.timeout, self.open(target, pool)).await {
            Ok(result) => result.map_err(NotSent),
            Err(_) => Err(NotSent(ConnectTimeout(self.timeout).into())),
        }
    }

    async fn open(&self, target: Target, pool: &Arc<Pool>) -> Result<Connection, BoxError> {
        let mut connector = self.connector.clone();
        std::future::poll_fn(|context| connector.poll_ready(context)).await?;
        let stream = connector.call(target.join(&Uri::from_static("/"))?).await?;
        let interval = self.idle_timeout.max(MIN_EVICTION_INTERVAL);
        #[cfg(feature = "http2")]
        if stream.connected().is_negotiated_h2() {
            let (sender, driver) = http2::handshake(TokioExecutor::new(), stream).await?;
            let connection = Connection::new(target, Sender::Http2(sender))?;
            tokio::spawn(drive(driver, interval, Arc::downgrade(pool)));
            if let Some(shared) = connection.share() {
                pool.insert(shared);
            }
            return Ok(connection);
        }
        let (sender, driver) = http1::handshake(stream).await?;
        tokio::spawn(drive(driver, interval, Arc::downgrade(pool)));
        Ok(Connection::new(target, Sender::Http1(sender))?)
    }
}

/// Drives a connection until it is closed, at the latest when the pool drops it. Its errors are reported by
/// the calls that use it.
async fn drive(driver: impl Future, interval: Duration, pool: Weak<Pool>) {
    let mut driver = pin!(driver);
    // Evicting here saves a separate task.
    while tokio::time::timeout(interval, driver.as_mut()).await.is_err() {
        if let Some(pool) = pool.upgrade() {
            pool.evict();
        }
    }
}

#[derive(Debug)]
struct ConnectTimeout(Duration);

impl fmt::Display for ConnectTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connecting timed out after {:?}", self.0)
    }
}

impl std::error::Error for ConnectTimeout {}
