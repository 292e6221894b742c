//! A running server.

use std::net::SocketAddr;

use kakaopay_sandbox::Sandbox;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::accept::accept;
use super::limits::ServerLimits;
use crate::app::App;
use crate::poster::HttpPoster;

/// A running server of a sandbox. Dropping it stops the server at once; [`SandboxServer::shutdown`] completes
/// requests in flight.
#[derive(Debug)]
pub struct SandboxServer {
    address: SocketAddr,
    app: App,
    poster: HttpPoster,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    sender: JoinHandle<()>,
}

/// Serves a sandbox with its pages on a listener, and posts its webhooks, with default limits.
///
/// # Errors
/// An I/O error if the listener's address cannot be read.
pub fn serve(sandbox: &Sandbox, listener: TcpListener) -> std::io::Result<SandboxServer> {
    serve_with(sandbox, listener, ServerLimits::default())
}

/// Serves a sandbox with its pages on a listener, and posts its webhooks.
///
/// # Errors
/// An I/O error if the listener's address cannot be read.
pub fn serve_with(
    sandbox: &Sandbox,
    listener: TcpListener,
    limits: ServerLimits,
) -> std::io::Result<SandboxServer> {
    let address = listener.local_addr()?;
    let (app, poster) = (App::new(sandbox.clone()), HttpPoster::new());
    let (stop, stopped) = watch::channel(false);
    let server = tokio::spawn(accept(app.clone(), listener, limits, stopped.clone()));
    let (sandbox, own_poster) = (sandbox.clone(), poster.clone());
    let sender = tokio::spawn(async move {
        let mut stopped = stopped;
        let stop = async move {
            let _ = stopped.changed().await;
        };
        sandbox.deliver_until(&own_poster, stop).await;
    });
    Ok(SandboxServer { address, app, poster, stop, server, sender })
}

impl SandboxServer {
    /// The server's address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's base URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops accepting requests, closes idle connections, completes requests in flight within
    /// [`ServerLimits::shutdown_timeout`], and posts pending webhooks.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // An event stream would stay open.
        self.app.dashboard().close_streams();
        // A panicked task has stopped, too.
        let _ = (&mut self.server).await;
        let _ = (&mut self.sender).await;
        // The last requests may have caused events.
        self.app.sandbox().deliver_pending(&self.poster).await;
    }
}

impl Drop for SandboxServer {
    fn drop(&mut self) {
        self.server.abort();
        self.sender.abort();
    }
}
