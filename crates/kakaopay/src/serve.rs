//! A server for the webhook endpoint.

use std::convert::Infallible;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tower_service::Service;

/// How long a client may take to send the head of a request. Without a bound, anybody could hold
/// connections open by sending nothing.
const HEAD: Duration = Duration::from_secs(5);
/// How long one connection may last in all, a slow body included.
const CONNECTION: Duration = Duration::from_secs(60);
/// How long requests under way may take to end at shutdown.
const FAREWELL: Duration = Duration::from_secs(10);

/// Serves a webhook endpoint over HTTP/1.1 until `shutdown` is ready, then lets requests end.
///
/// For a shop without an HTTP server of its own; TLS is the business of what stands in front. Give
/// it [`Merchant::receiver`](crate::Merchant::receiver), or a service around it.
pub async fn serve<S, B>(listener: TcpListener, service: S, shutdown: impl Future<Output = ()>)
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
    B: http_body::Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let stream = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of descriptors, for instance: some will be free again soon.
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service.clone()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // What a client does to its own connection is no trouble of ours.
            let _ = tokio::time::timeout(CONNECTION, connection).await;
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
}
