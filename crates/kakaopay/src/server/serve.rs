//! The HTTP server of the webhook endpoint.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_service::Service;

use super::listener::Listener;

/// Time for a request's head. Otherwise idle clients could hold connections open without limit.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// Lifetime of a connection, a slow body included. A webhook has about 3 kB and arrives in one
/// piece; a slower client occupies a connection that another one waits for.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(20);
/// Time for the requests in flight at shutdown.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum number of connections. With at most 256 KiB of body and [`MAX_HEAD_BYTES`] of head each,
/// they need at most 80 MiB.
const MAX_CONNECTIONS: usize = 256;
/// Maximum size of a head and of the read buffer, in bytes.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// Time before the next attempt to accept a connection after a failed one.
const ACCEPT_BACKOFF: Duration = Duration::from_millis(50);

/// Serves a webhook endpoint over HTTP/1.1 until `shutdown` is ready, then waits for the requests in
/// flight.
///
/// Meant for shops without an HTTP server. It has no TLS: put a reverse proxy in front. Pass
/// [`Merchant::webhook_service`](crate::Merchant::webhook_service), or a service that wraps it.
///
/// | limit | effect |
/// |---|---|
/// | 256 connections | more connections wait in the system's accept queue |
/// | 100 headers in 64 KiB | 431 |
/// | 5 s for a request's head | the connection is closed |
/// | 20 s for a connection | the connection is closed |
/// | 10 s after `shutdown` | requests still in flight are dropped |
///
/// Connections over the limit wait instead of getting a 503, because Omise may be among them: a
/// place becomes free within 20 s, while a rejected webhook is redelivered much later or never. A
/// dropped request was not acknowledged.
pub async fn serve_webhooks<L, S, B>(mut listener: L, service: S, shutdown: impl Future<Output = ()>)
where
    L: Listener,
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: http_body::Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).max_buf_size(MAX_HEAD_BYTES);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let (place, stream) = tokio::select! {
            biased;
            () = &mut shutdown => break,
            connection = next(&mut listener, &places) => connection,
        };
        let connection =
            http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A failed connection concerns only its client, which retries.
            let _ = tokio::time::timeout(CONNECTION_TIMEOUT, connection).await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, graceful.shutdown()).await;
}

/// Waits for a free place, then accepts the next connection.
async fn next<L: Listener>(listener: &mut L, places: &Arc<Semaphore>) -> (OwnedSemaphorePermit, L::Stream) {
    let Ok(place) = Arc::clone(places).acquire_owned().await else {
        unreachable!("the semaphore is never closed");
    };
    loop {
        match listener.accept().await {
            Ok(stream) => return (place, stream),
            Err(error) => {
                tracing::warn!(%error, "failed to accept a connection; retrying in 50 ms");
                // Usually out of file descriptors, until other connections end.
                tokio::time::sleep(ACCEPT_BACKOFF).await;
            }
        }
    }
}
