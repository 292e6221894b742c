//! Taking connections, within bounds.

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

/// Takes connections until it is told to stop, and then sees them out. Whoever drops this future closes all
/// of them.
pub(super) async fn accept(
    app: App,
    listener: TcpListener,
    bounds: ServerLimits,
    mut stopped: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(bounds.connections.get().min(Semaphore::MAX_PERMITS)));
    let mut connections = JoinSet::new();
    loop {
        let (place, stream, peer) = tokio::select! {
            taken = take(&listener, &places) => taken,
            // Those that have ended are forgotten.
            Some(_) = connections.join_next() => continue,
            _ = stopped.changed() => break,
        };
        let app = app.clone();
        let answer = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            app.clone().call(request.map(|body| BodyTimeout::new(body, bounds.body)))
        });
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(bounds.head)
            .serve_connection(TokioIo::new(stream), answer);
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            // What a client does to its own connection is no trouble of the server's.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(bounds.farewell, graceful.shutdown()).await;
}

/// The next connection, once there is a place for it.
async fn take(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, TcpStream, IpAddr) {
    // Nobody closes the semaphore.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers are written whole: waiting to send more at once would only make them late.
                let _ = stream.set_nodelay(true);
                return (place, stream, peer.ip());
            }
            // A connection that is gone before it was taken, or no more descriptors for now.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}
