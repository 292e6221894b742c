//! The network between the processes and the service.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use kakaopay_transport::{BoxError, HttpRequest};
use tokio::sync::oneshot;
use tower_service::Service;

use crate::choices::Choices;
use crate::moves::{Millis, ProcessId};

/// A response, as the client gets it.
pub type Response = http::Response<Full<Bytes>>;
/// Where a response goes.
pub type Reply = oneshot::Sender<Result<Response, BoxError>>;

/// A request that has left a process.
#[derive(Debug)]
pub struct Sent {
    /// The process.
    pub process: ProcessId,
    /// The request.
    pub request: http::Request<Bytes>,
    /// Where its response goes.
    pub reply: Reply,
}

/// Requests that have left, until the simulation takes them.
#[derive(Debug, Clone, Default)]
pub struct Network(Arc<Mutex<Vec<Sent>>>);

impl Network {
    /// Takes the requests that left since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The transport of one process.
#[derive(Debug, Clone)]
pub struct SimTransport {
    /// The process.
    pub process: ProcessId,
    /// The network.
    pub network: Network,
}

impl Service<HttpRequest> for SimTransport {
    type Response = Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest) -> Self::Future {
        let mut sent = http::Request::new(request.body().bytes().clone());
        sent.method_mut().clone_from(request.method());
        sent.uri_mut().clone_from(request.uri());
        sent.headers_mut().clone_from(request.headers());
        let (process, network) = (self.process, self.network.clone());
        Box::pin(async move {
            let (reply, response) = oneshot::channel();
            let sent = Sent { process, request: sent, reply };
            network.0.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
            response.await.unwrap_or_else(|_| Err("the connection was reset".into()))
        })
    }
}

/// The fate of a request on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The request arrives, and its response too.
    Delivered {
        /// When the request arrives, from now.
        arrives: Millis,
        /// When the response arrives, after that.
        responds: Millis,
    },
    /// The connection cannot be opened: the request surely did not leave.
    NotSent,
    /// The request is lost. The client hears of a reset, or nothing.
    RequestLost {
        /// Whether it hears of a reset.
        reset: bool,
    },
    /// The request arrives, perhaps late, and its response is lost. The client hears of a reset, or nothing.
    ResponseLost {
        /// When the request arrives, from now.
        arrives: Millis,
        /// Whether the client hears of a reset.
        reset: bool,
    },
    /// A gateway answers for the service, with this status, before the request arrived or after.
    Gateway {
        /// The status.
        status: u16,
        /// Whether the request arrives all the same.
        arrives: bool,
    },
}

impl Fate {
    /// A fate by chance, often a bad one if `trouble`. `latest` is how late the request may arrive.
    #[must_use]
    pub fn of(choices: &mut Choices, trouble: bool, latest: Millis) -> Self {
        if !choices.percent(if trouble { 45 } else { 6 }) {
            let slow = choices.percent(5);
            let most = if slow { 9_000 } else { 120 };
            let (arrives, responds) = (choices.between(5, most), choices.between(5, most));
            return Self::Delivered { arrives, responds };
        }
        match choices.between(0, 8) {
            0 => Self::NotSent,
            1 => Self::RequestLost { reset: choices.percent(50) },
            2 => Self::ResponseLost { arrives: choices.between(5, 120), reset: choices.percent(50) },
            3..=5 => Self::ResponseLost { arrives: choices.between(5, latest), reset: choices.percent(50) },
            6 => Self::Gateway { status: 429, arrives: false },
            _ => Self::Gateway { status: choices.pick(&[500, 502, 503, 504]), arrives: choices.percent(50) },
        }
    }
}
