//! A connection that was made, and what it does with a request.

use http::HeaderValue;
use http::header::HOST;
use hyper::body::Incoming;
#[cfg(feature = "http2")]
use hyper::client::conn::http2;
use hyper::client::conn::{TrySendError, http1};
use tokio::runtime::{Handle, Id};

use crate::body::{Request, RequestBody};
use crate::error::BoxError;
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

/// Why a request has no answer.
pub(super) enum Unanswered {
    /// hyper gave it back as it was: not a byte of it has left.
    Unsent(Box<Request>, BoxError),
    /// Nobody knows how much of it has left.
    Lost(BoxError),
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

    /// Sends a request whose address is its path.
    pub(super) async fn send(
        &mut self,
        mut request: Request,
    ) -> Result<http::Response<Incoming>, Unanswered> {
        let answer = match &mut self.sender {
            Sender::Http1(sender) => {
                request.headers_mut().entry(HOST).or_insert_with(|| self.host.clone());
                sender.try_send_request(request).await
            }
            #[cfg(feature = "http2")]
            Sender::Http2(sender) => {
                let path = std::mem::take(request.uri_mut());
                // It is made of parts that were parsed, so that it cannot fail.
                *request.uri_mut() = self.target.join(&path).unwrap_or_default();
                let answer = sender.try_send_request(request).await;
                return answer.map_err(|error| Unanswered::from(error).with_uri(path));
            }
        };
        answer.map_err(Unanswered::from)
    }
}

#[cfg(feature = "http2")]
impl Unanswered {
    /// The request that was given back has the address it came with.
    fn with_uri(mut self, uri: http::Uri) -> Self {
        if let Self::Unsent(request, _) = &mut self {
            *request.uri_mut() = uri;
        }
        self
    }
}

impl From<TrySendError<Request>> for Unanswered {
    fn from(mut error: TrySendError<Request>) -> Self {
        match error.take_message() {
            Some(request) => Self::Unsent(Box::new(request), error.into_error().into()),
            None => Self::Lost(error.into_error().into()),
        }
    }
}
