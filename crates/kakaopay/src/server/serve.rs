//! A server for the webhook endpoint.

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

use crate::listener::Listener;

/// How long a client may take to send the head of a request. Without a bound, anybody could hold
/// connections open by sending nothing.
const HEAD: Duration = Duration::from_secs(5);
/// How long one connection may last in all, a slow body included. A webhook has 3 kB and comes in
/// one piece; whoever sends more slowly holds a place that somebody else waits for.
const CONNECTION: Duration = Duration::from_secs(20);
/// How long requests under way may take to end at shutdown.
const FAREWELL: Duration = Duration::from_secs(10);
/// Most connections at a time. With a body of at most 256 KiB and a head of at most [`BUFFER`] each,
/// they hold 80 MiB when all of them are as large as can be.
const CONNECTIONS: usize = 256;
/// Most bytes of a head, and of what is read ahead.
const BUFFER: usize = 64 * 1024;
/// How long nothing is accepted after accepting failed.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves a webhook endpoint over HTTP/1.1 until `shutdown` is ready, then lets requests end.
///
/// For a shop without an HTTP server of its own; TLS is the business of what stands in front. Give
/// it [`Merchant::receiver`](crate::Merchant::receiver), or a service around it.
///
/// | bound | what happens beyond it |
/// |---|---|
/// | 256 connections | further ones wait, unaccepted, for a place |
/// | 100 headers in 64 KiB | 431 |
/// | 5 s for a request's head | the connection is closed |
/// | 20 s for a connection | the connection is closed |
/// | 10 s from `shutdown` on | what is still under way is cut off |
///
/// Further connections wait in the system's queue instead of being answered 503, since whoever waits
/// may be the service: a place is free within 20 s however slow the others are, while a
/// refused delivery comes again much later, if at all. What is cut off was not acknowledged.
pub async fn serve<L, S, B>(mut listener: L, service: S, shutdown: impl Future<Output = ()>)
where
    L: Listener,
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: http_body::Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(BUFFER);
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
            // What a client does to its own connection is no trouble of ours.
            let _ = tokio::time::timeout(CONNECTION, connection).await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
}

/// The next connection, once there is a place for it.
async fn next<L: Listener>(listener: &mut L, places: &Arc<Semaphore>) -> (OwnedSemaphorePermit, L::Stream) {
    let Ok(place) = Arc::clone(places).acquire_owned().await else {
        unreachable!("the places are never closed");
    };
    loop {
        match listener.accept().await {
            Ok(stream) => return (place, stream),
            // Out of descriptors, for instance: some will be free again soon.
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
