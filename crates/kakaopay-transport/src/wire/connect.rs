//! Makes connections.

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
use crate::wire::connection::{Connection, Sender};
use crate::wire::pool::Pool;
use crate::wire::target::Target;

/// How often connections look for kept ones that have grown old, at the most.
const EVICT: Duration = Duration::from_secs(1);

/// Makes connections, each within a time.
///
/// The connector's own limit ends with TCP. A handshake that stalls behind it would wait for the
/// deadline of the call, which cannot know that no byte of the request has left.
pub(super) struct Connect<C> {
    connector: HttpsConnector<C>,
    within: Duration,
    idle_timeout: Duration,
}

impl<C> Connect<C> {
    pub(super) fn new(connector: HttpsConnector<C>, within: Duration, idle_timeout: Duration) -> Self {
        Self { connector, within, idle_timeout }
    }
}

impl<C> Connect<C>
where
    C: Service<Uri> + Clone,
    C::Response: Read + Write + Connected + Unpin + Send + 'static,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    /// A new connection to this target, driven by a task of its own on the runtime of this call.
    pub(super) async fn connect(&self, target: Target, pool: &Arc<Pool>) -> Result<Connection, NotSent> {
        // A runtime that has ended has left connections behind, and no task that looks for them.
        pool.evict();
        match tokio::time::timeout(self.within, self.make(target, pool)).await {
            Ok(made) => made.map_err(NotSent),
            Err(_) => Err(NotSent(TooSlow(self.within).into())),
        }
    }

    async fn make(&self, target: Target, pool: &Arc<Pool>) -> Result<Connection, BoxError> {
        let mut connector = self.connector.clone();
        std::future::poll_fn(|context| connector.poll_ready(context)).await?;
        let stream = connector.call(target.join(&Uri::from_static("/"))?).await?;
        let every = self.idle_timeout.max(EVICT);
        #[cfg(feature = "http2")]
        if stream.connected().is_negotiated_h2() {
            let (sender, driver) = http2::handshake(TokioExecutor::new(), stream).await?;
            let connection = Connection::new(target, Sender::Http2(sender))?;
            tokio::spawn(drive(driver, every, Arc::downgrade(pool)));
            if let Some(shared) = connection.share() {
                pool.keep(shared);
            }
            return Ok(connection);
        }
        let (sender, driver) = http1::handshake(stream).await?;
        tokio::spawn(drive(driver, every, Arc::downgrade(pool)));
        Ok(Connection::new(target, Sender::Http1(sender))?)
    }
}

/// Drives a connection to its end, which comes at the latest when nobody has kept it. The calls that went
/// over it tell how it ended.
async fn drive(driver: impl Future, every: Duration, pool: Weak<Pool>) {
    let mut driver = pin!(driver);
    // The tasks that there are anyway let go of what is old: none is needed for that alone.
    while tokio::time::timeout(every, driver.as_mut()).await.is_err() {
        if let Some(pool) = pool.upgrade() {
            pool.evict();
        }
    }
}

#[derive(Debug)]
struct TooSlow(Duration);

impl fmt::Display for TooSlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no connection within {:?}", self.0)
    }
}

impl std::error::Error for TooSlow {}
