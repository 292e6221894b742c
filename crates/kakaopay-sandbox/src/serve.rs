//! The sandbox as a server.

use std::net::SocketAddr;
use std::time::Duration;

use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::sandbox::Sandbox;

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(5);
/// How long requests under way may take to end when the server is shut down.
const FAREWELL: Duration = Duration::from_secs(5);

/// A sandbox that serves. Dropping it stops the server at once; [`Running::shutdown`] lets requests
/// end.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    sandbox: Sandbox,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    sender: JoinHandle<()>,
}

impl Sandbox {
    /// Serves on a listener, and posts events as they happen.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn serve(&self, listener: TcpListener) -> std::io::Result<Running> {
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(accept(self.clone(), listener, stopped.clone()));
        let sandbox = self.clone();
        let sender = tokio::spawn(async move { sandbox.deliver(stopped).await });
        Ok(Running { address, sandbox: self.clone(), stop, server, sender })
    }
}

impl Running {
    /// Where it serves.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it serves, as a URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops taking requests, lets those under way end, and posts the events that wait.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // A task that has panicked has ended as well.
        let _ = (&mut self.server).await;
        let _ = (&mut self.sender).await;
        // What the last requests have brought about.
        self.sandbox.deliver_pending().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
        self.sender.abort();
    }
}

async fn accept(sandbox: Sandbox, listener: TcpListener, mut stopped: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // A connection that is gone before it was taken, or no more descriptors for now.
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            },
            _ = stopped.changed() => break,
        };
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(sandbox.service()));
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // What a client does to its own connection is no trouble of the server's.
            let _ = connection.await;
        });
    }
    drop(listener);
    let _ = tokio::time::timeout(FAREWELL, graceful.shutdown()).await;
}
