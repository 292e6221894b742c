//! The network between the processes and the service.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use kakaopay_transport::{BoxError, HttpRequest, NotSent};
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

/// A process that opens a connection, before the first byte of its request.
#[derive(Debug)]
pub struct Connecting {
    /// The process.
    pub process: ProcessId,
    /// Whether the request is a mutation.
    pub is_mutation: bool,
    /// Lets the process go on.
    pub connected: oneshot::Sender<()>,
}

/// The wires that the simulation has not looked at yet.
#[derive(Debug)]
struct Wires {
    /// Reads of single charges in flight, by process and path.
    reads: BTreeMap<(ProcessId, String), u32>,
    /// A charge that a process read twice at the same time.
    doubled: Option<(ProcessId, String)>,
    connecting: Vec<Connecting>,
    sent: Vec<Sent>,
    choices: Choices,
}

/// The network. Clones share it.
#[derive(Debug, Clone)]
pub struct Network(Arc<Mutex<Wires>>);

impl Network {
    /// A network that is not used yet.
    #[must_use]
    pub fn new(choices: Choices) -> Self {
        Self(Arc::new(Mutex::new(Wires {
            reads: BTreeMap::new(),
            doubled: None,
            connecting: Vec::new(),
            sent: Vec::new(),
            choices,
        })))
    }

    /// Takes the requests that left since the last call.
    #[must_use]
    pub fn take_sent(&self) -> Vec<Sent> {
        std::mem::take(&mut self.wires().sent)
    }

    /// Takes the connections that were begun since the last call.
    #[must_use]
    pub fn take_connecting(&self) -> Vec<Connecting> {
        std::mem::take(&mut self.wires().connecting)
    }

    /// A process and the path of a charge that it read twice at the same time, if there is one.
    #[must_use]
    pub fn doubled(&self) -> Option<(ProcessId, String)> {
        self.wires().doubled.clone()
    }

    /// Notes a read of a single charge, until the result is dropped.
    fn reading(&self, process: ProcessId, request: &http::Request<Bytes>) -> Option<Reading> {
        let path = request.uri().path();
        let is_charge = path.strip_prefix("/charges/").is_some_and(|id| !id.contains('/'));
        if request.method() != http::Method::GET || !is_charge {
            return None;
        }
        let read = (process, path.to_owned());
        let mut wires = self.wires();
        let count = wires.reads.entry(read.clone()).or_default();
        *count += 1;
        if *count > 1 {
            wires.doubled = Some(read.clone());
        }
        Some(Reading { network: self.clone(), read })
    }

    /// Begins a connection, unless the process has an open one. Returns when it is open.
    fn connect(&self, process: ProcessId, is_mutation: bool) -> Option<oneshot::Receiver<()>> {
        let mut wires = self.wires();
        // Reads are many, and nothing depends on when they leave.
        if !wires.choices.percent(if is_mutation { 50 } else { 2 }) {
            return None;
        }
        let (connected, opened) = oneshot::channel();
        wires.connecting.push(Connecting { process, is_mutation, connected });
        Some(opened)
    }

    fn wires(&self) -> MutexGuard<'_, Wires> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A read of a single charge in flight.
struct Reading {
    network: Network,
    read: (ProcessId, String),
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Some(count) = self.network.wires().reads.get_mut(&self.read) {
            *count -= 1;
        }
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
        let send_by = request.body().send_by().cloned();
        Box::pin(async move {
            let _reading = network.reading(process, &sent);
            if let Some(opened) = network.connect(process, sent.method() != http::Method::GET) {
                opened.await.map_err(|_| NotSent("connection refused".into()))?;
            }
            // As the default transport does.
            if send_by.is_some_and(|send_by| send_by.is_over()) {
                return Err(NotSent("held up for too long".into()).into());
            }
            let (reply, response) = oneshot::channel();
            let sent = Sent { process, request: sent, reply };
            network.wires().sent.push(sent);
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
