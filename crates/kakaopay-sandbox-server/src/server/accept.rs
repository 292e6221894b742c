//! Accepting connections within limits.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tower_service::Service;

use super::body_timeout::BodyTimeout;
use super::limits::ServerLimits;
use crate::app::App;
use crate::peer::Peer;

/// Accepts connections until shutdown, then waits for their requests. Dropping this future closes all connections.
pub(super) async fn accept(
    app: App,
    listener: TcpListener,
    limits: ServerLimits,
    mut stopped: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(limits.max_connections.get().min(Semaphore::MAX_PERMITS)));
    let mut connections = JoinSet::new();
    loop {
        let (permit, stream, peer) = tokio::select! {
            taken = take(&listener, &permits) => taken,
            // Removes finished connections.
            Some(_) = connections.join_next() => continue,
            _ = stopped.changed() => break,
        };
        let app = app.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            app.clone().call(request.map(|body| BodyTimeout::new(body, limits.body_read_timeout)))
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            // The sandbox's own clock is in `Date`.
            .auto_date_header(false)
            .header_read_timeout(limits.header_read_timeout)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            // An error concerns only this client's connection.
            let _ = connection.await;
            drop(permit);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(limits.shutdown_timeout, graceful.shutdown()).await;
}

/// Accepts the next connection once there are fewer than the maximum.
async fn take(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, TcpStream, IpAddr) {
    // The semaphore is never closed.
    let permit = Arc::clone(permits).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Responses are written at once; Nagle's algorithm would only delay them.
                let _ = stream.set_nodelay(true);
                return (permit, stream, peer.ip());
            }
            // The client disconnected early, or file descriptors are exhausted for now.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}
