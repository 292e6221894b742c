//! A connection that was made, and what it does with a request.

#[cfg(feature = "http2")]
use futures_util::future::Either;
use http::HeaderValue;
use http::header::HOST;
use hyper::body::Incoming;
#[cfg(feature = "http2")]
use hyper::client::conn::http2;
use hyper::client::conn::{TrySendError, http1};
use tokio::runtime::{Handle, Id};

use crate::body::{Request, RequestBody};
use crate::wire::target::Target;

/// A connection that requests are sent over.
pub(super) struct Connection {
    target: Target,
    /// What a request over HTTP/1.1 says of the target.
    host: HeaderValue,
    sender: Sender,
    /// The runtime that reads and writes for it. Another one would wait for what nobody drives.
    runtime: Id,
}

/// hyper's end of it.
pub(super) enum Sender {
    Http1(http1::SendRequest<RequestBody>),
    #[cfg(feature = "http2")]
    Http2(http2::SendRequest<RequestBody>),
}

impl Connection {
    /// A connection to a target, which the runtime of this call drives.
    pub(super) fn new(target: Target, sender: Sender) -> Result<Self, http::Error> {
        let host = target.host()?;
        Ok(Self { target, host, sender, runtime: Handle::current().id() })
    }

    /// Whether a call to this target on this runtime can use it.
    pub(super) fn serves(&self, target: &Target, runtime: Id) -> bool {
        self.runtime == runtime && self.target.is(target)
    }

    /// Whether it serves the same calls as another.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.serves(&other.target, other.runtime)
    }

    /// Whether the next request can go over it: the last answer has come to its end, and nobody is known to
    /// have closed it.
    pub(super) fn is_ready(&self) -> bool {
        match &self.sender {
            Sender::Http1(sender) => sender.is_ready(),
            #[cfg(feature = "http2")]
            Sender::Http2(sender) => sender.is_ready(),
        }
    }

    /// Waits until the next request can go over it; whether one ever can.
    pub(super) async fn ready(&mut self) -> bool {
        match &mut self.sender {
            Sender::Http1(sender) => sender.ready().await.is_ok(),
            #[cfg(feature = "http2")]
            Sender::Http2(sender) => sender.ready().await.is_ok(),
        }
    }

    /// The same connection for one more call, if it carries several at once.
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

    /// Whether it carries several requests at once.
    pub(super) fn is_shared(&self) -> bool {
        !matches!(self.sender, Sender::Http1(_))
    }

    /// Hands a request on. Not even its future holds it then, which so stays small.
    pub(super) fn send(
        &mut self,
        mut request: Request,
    ) -> impl Future<Output = Result<http::Response<Incoming>, TrySendError<Request>>> + use<> {
        match &mut self.sender {
            Sender::Http1(sender) => {
                request.headers_mut().entry(HOST).or_insert_with(|| self.host.clone());
                // A connection that spoke HTTP/2 may have given it back.
                #[cfg(feature = "http2")]
                let _ = Target::take(&mut request);
                let answer = sender.try_send_request(request);
                #[cfg(feature = "http2")]
                let answer = Either::Left(answer);
                answer
            }
            #[cfg(feature = "http2")]
            Sender::Http2(sender) => {
                // There the address is whole. It is made of parts that were parsed, so that it is one; without
                // its host hyper would refuse it.
                if let Ok(uri) = self.target.join(request.uri()) {
                    *request.uri_mut() = uri;
                }
                Either::Right(sender.try_send_request(request))
            }
        }
    }
}
