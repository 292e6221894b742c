//! A webhook endpoint behind `kakaopay::serve_webhooks`, and clients that write raw bytes to it.

use std::io;
use std::sync::{Arc, Mutex};

use kakaopay::Listener;
use kakaopay::types::Timestamp;
use kakaopay::webhook::{ReceivedEvent, Receiver, SignaturePolicy, Signer, Sink, Verifier, WebhookSecret};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::JoinHandle;

/// Capacity of a pipe, like a socket's buffer.
const PIPE: usize = 64 * 1024;

/// A listener that accepts the server ends of the clients' pipes.
struct Pipes(mpsc::UnboundedReceiver<DuplexStream>);

impl Listener for Pipes {
    type Stream = DuplexStream;

    async fn accept(&mut self) -> io::Result<DuplexStream> {
        match self.0.recv().await {
            Some(stream) => Ok(stream),
            // No client is left.
            None => std::future::pending().await,
        }
    }
}

/// Webhooks that reached the store.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Number of store calls in flight.
    pub(crate) storing: usize,
    /// Maximum number of store calls in flight so far.
    pub(crate) most: usize,
    /// The stored events.
    pub(crate) stored: Vec<String>,
}

/// A store that waits for a permit before each webhook, and then optionally panics.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(crate) counts: Arc<Mutex<Metrics>>,
    pub(crate) permits: Arc<Semaphore>,
    panics: bool,
}

/// Counts a store call in flight until it ends or is dropped.
struct Storing<'a>(&'a Mutex<Metrics>);

impl<'a> Storing<'a> {
    fn begin(counts: &'a Mutex<Metrics>) -> Self {
        let mut now = counts.lock().expect("unpoisoned");
        now.storing += 1;
        now.most = now.most.max(now.storing);
        Self(counts)
    }
}

impl Drop for Storing<'_> {
    fn drop(&mut self) {
        self.0.lock().expect("unpoisoned").storing -= 1;
    }
}

impl Sink for Store {
    type Error = io::Error;

    async fn store(&self, accepted: ReceivedEvent) -> io::Result<()> {
        let _storing = Storing::begin(&self.counts);
        self.permits.acquire().await.expect("never closed").forget();
        assert!(!self.panics, "a bug in the store");
        self.counts.lock().expect("unpoisoned").stored.push(accepted.event.id.to_string());
        Ok(())
    }
}

/// A running server and its clients' side.
pub(crate) struct Shop {
    pub(crate) store: Store,
    connections: mpsc::UnboundedSender<DuplexStream>,
    shutdown: Option<oneshot::Sender<()>>,
    server: JoinHandle<()>,
}

impl Shop {
    /// A server whose store does not wait.
    pub(crate) fn open() -> Self {
        Self::with(Semaphore::MAX_PERMITS, false)
    }

    /// A server whose store waits for permits.
    pub(crate) fn waiting() -> Self {
        Self::with(0, false)
    }

    /// A server whose store panics.
    pub(crate) fn panicking() -> Self {
        Self::with(Semaphore::MAX_PERMITS, true)
    }

    fn with(permits: usize, panics: bool) -> Self {
        let permits = Arc::new(Semaphore::new(permits));
        let store = Store { counts: Arc::default(), permits, panics };
        let policy = SignaturePolicy::signed(Verifier::new([secret()]).expect("a secret"));
        let receiver = Receiver::new(policy, store.clone(), now);
        let (connections, accepted) = mpsc::unbounded_channel();
        let (shutdown, stopped) = oneshot::channel();
        let stopped = async { drop(stopped.await) };
        let server = tokio::spawn(kakaopay::serve_webhooks(Pipes(accepted), receiver, stopped));
        Self { store, connections, shutdown: Some(shutdown), server }
    }

    pub(crate) fn connect(&self) -> DuplexStream {
        let (near, far) = duplex(PIPE);
        self.connections.send(far).expect("serving");
        near
    }

    /// Sends bytes and returns all responses until the server closes the connection.
    pub(crate) async fn talk(&self, bytes: &[u8]) -> String {
        let (mut read, mut write) = tokio::io::split(self.connect());
        let mut responses = Vec::new();
        // The server may close the connection before all bytes are written.
        let (_, _) = tokio::join!(write.write_all(bytes), read.read_to_end(&mut responses));
        String::from_utf8(responses).expect("text")
    }

    pub(crate) fn stored(&self) -> usize {
        self.store.counts.lock().expect("unpoisoned").stored.len()
    }

    pub(crate) fn storing(&self) -> usize {
        self.store.counts.lock().expect("unpoisoned").storing
    }

    /// Shuts the server down and waits for its end.
    pub(crate) async fn shut_down(&mut self) {
        drop(self.shutdown.take());
        (&mut self.server).await.expect("it ends by itself");
    }
}

/// Runs all tasks as far as they get without advancing time.
pub(crate) async fn settle() {
    for _ in 0..10_000 {
        tokio::task::yield_now().await;
    }
}

/// The statuses of the responses, in order.
pub(crate) fn statuses(responses: &str) -> Vec<u16> {
    let heads = responses.split("HTTP/1.1 ").skip(1);
    heads.map(|head| head[..3].parse().expect("a status")).collect()
}

pub(crate) fn event(number: usize) -> String {
    format!(r#"{{"object":"event","id":"evnt_test_{number}","key":"charge.complete","data":{{}}}}"#)
}

/// The head of a request, signed for a body, without its length.
pub(crate) fn head(body: &[u8]) -> String {
    let signed = Signer::new([secret()]).sign(now(), body);
    format!(
        "POST /webhooks HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\n\
         Omise-Signature: {}\r\nOmise-Signature-Timestamp: {}\r\n",
        signed.signature, signed.timestamp,
    )
}

/// A webhook as Omise sends it.
pub(crate) fn genuine(number: usize) -> Vec<u8> {
    let body = event(number);
    let head = head(body.as_bytes());
    format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

fn secret() -> WebhookSecret {
    WebhookSecret::from_bytes(*b"a secret").expect("not empty")
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).expect("a moment")
}
