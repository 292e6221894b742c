//! A sandbox that serves.

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::accept::accept;
use super::bounds::Bounds;
use crate::sandbox::Sandbox;

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
        self.serve_within(listener, Bounds::default())
    }

    /// Serves on a listener within bounds of one's own, and posts events as they happen.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn serve_within(&self, listener: TcpListener, bounds: Bounds) -> std::io::Result<Running> {
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(accept(self.clone(), listener, bounds, stopped.clone()));
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

    /// Stops taking requests, closes what is idle, lets requests under way end within [`Bounds::farewell`], and
    /// posts the events that wait.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // A page that listens would not hang up by itself.
        self.sandbox.desk().hang_up();
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
