//! An open connection.

#[cfg(feature = "http2")]
use futures_util::future::Either;
use http::HeaderValue;
use http::header::HOST;
use hyper::body::Incoming;
#[cfg(feature = "http2")]
use hyper::client::conn::http2;
use hyper::client::conn::{TrySendError, http1};
use tokio::runtime::{Handle, Id};

use crate::body::{HttpRequest, RequestBody};
use crate::hyper_transport::target::Target;

/// An open connection to a target.
pub(super) struct Connection {
    target: Target,
    /// `Host` header of requests over HTTP/1.1.
    host: HeaderValue,
    sender: Sender,
    /// Runtime that drives this connection. Using it from another runtime could hang.
    runtime: Id,
}

/// hyper's handle of the connection.
pub(super) enum Sender {
    Http1(http1::SendRequest<RequestBody>),
    #[cfg(feature = "http2")]
    Http2(http2::SendRequest<RequestBody>),
}

impl Connection {
    /// Creates a connection that the current runtime drives.
    pub(super) fn new(target: Target, sender: Sender) -> Result<Self, http::Error> {
        let host = target.host()?;
        Ok(Self { target, host, sender, runtime: Handle::current().id() })
    }

    /// Whether a call to this target on this runtime can use the connection.
    pub(super) fn serves(&self, target: &Target, runtime: Id) -> bool {
        self.runtime == runtime && self.target.is(target)
    }

    /// Whether the connection serves the same calls as another.
    pub(super) fn is_interchangeable_with(&self, other: &Self) -> bool {
        self.serves(&other.target, other.runtime)
    }

    /// Whether a request can be sent now: the last response was read, and the connection is open.
    pub(super) fn is_ready(&self) -> bool {
        match &self.sender {
            Sender::Http1(sender) => sender.is_ready(),
            #[cfg(feature = "http2")]
            Sender::Http2(sender) => sender.is_ready(),
        }
    }

    /// Waits until a request can be sent. Returns `false` if the connection was closed.
    pub(super) async fn ready(&mut self) -> bool {
        match &mut self.sender {
            Sender::Http1(sender) => sender.ready().await.is_ok(),
            #[cfg(feature = "http2")]
            Sender::Http2(sender) => sender.ready().await.is_ok(),
        }
    }

    /// Returns another handle of a multiplexed connection (HTTP/2), or `None`.
    pub(super) fn share(&self) -> Option<Self> {
        match &self.sender {
            Sender::Http1(_) => None,
            #[cfg(feature = "http2")]
            Sender::Http2(sender) => {
                let (target, host) = (self.target.clone(), self.host.clone());
                Some(Self { target, host, sender: Sender::Http2(sender.clone()), runtime: self.runtime })
            }
        }
    }

    /// Whether the connection is multiplexed (HTTP/2).
    pub(super) fn is_multiplexed(&self) -> bool {
        !matches!(self.sender, Sender::Http1(_))
    }

    /// Sends a request. hyper takes it at once, so the returned future does not hold it and stays small.
    pub(super) fn send(
        &mut self,
        mut request: HttpRequest,
    ) -> impl Future<Output = Result<http::Response<Incoming>, TrySendError<HttpRequest>>> + use<> {
        match &mut self.sender {
            Sender::Http1(sender) => {
                request.headers_mut().entry(HOST).or_insert_with(|| self.host.clone());
                // The request may have been returned unsent by an HTTP/2 connection, with a full URI.
                #[cfg(feature = "http2")]
                let _ = Target::take(&mut request);
                let response = sender.try_send_request(request);
                #[cfg(feature = "http2")]
                let response = Either::Left(response);
                response
            }
            #[cfg(feature = "http2")]
            Sender::Http2(sender) => {
                // HTTP/2 needs the full URI. Joining parsed parts does not fail; if it did, hyper would reject
                // the request for lack of a host.
                if let Ok(uri) = self.target.join(request.uri()) {
                    *request.uri_mut() = uri;
                }
                Either::Right(sender.try_send_request(request))
            }
        }
    }
}
