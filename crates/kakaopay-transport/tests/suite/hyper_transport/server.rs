//! A server in memory: HTTP/1.1 over anything, with TLS or without.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;

use super::tap::{Fault, Point, Tap};
use crate::support::SOURCE;

/// The requests that a server received, over all connections.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    raw: Arc<Mutex<Vec<u8>>>,
    request: Arc<Mutex<Vec<u8>>>,
    connections: Arc<AtomicUsize>,
}

impl Seen {
    /// The bytes of the requests, decrypted.
    pub(crate) fn request(&self) -> String {
        String::from_utf8_lossy(&self.request.lock().expect("a lock")).into_owned()
    }

    /// The bytes that came over the connections, as they came.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.raw.lock().expect("a lock").clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The server's end of a connection.
    pub(crate) fn tap<S>(&self, stream: S, fault: Option<(Point, Fault)>) -> Tap<S> {
        self.connections.fetch_add(1, Ordering::SeqCst);
        Tap::new(stream, &self.raw, fault)
    }
}

/// A whole answer with these bytes.
pub(crate) fn answer(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

/// The length of a whole request at the beginning of the bytes.
fn whole(read: &[u8]) -> Option<usize> {
    let head = read.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&read[..head]).ok()?.to_ascii_lowercase();
    let length = text.split("\r\n").find_map(|line| line.strip_prefix("content-length: "));
    let length = length.map_or(Some(0), |length| length.parse::<usize>().ok())?;
    (read.len() >= head + length).then_some(head + length)
}

/// Answers every request, until the connection ends.
pub(crate) async fn http<S>(stream: S, seen: Seen)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    http_with(stream, seen, answer(SOURCE)).await;
}

/// The same with another answer.
pub(crate) async fn http_with<S>(mut stream: S, seen: Seen, answer: String)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let (mut read, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        read.extend_from_slice(&buffer[..count]);
        seen.request.lock().expect("a lock").extend_from_slice(&buffer[..count]);
        while let Some(end) = whole(&read) {
            read.drain(..end);
            if stream.write_all(answer.as_bytes()).await.is_err() || stream.flush().await.is_err() {
                return;
            }
        }
    }
}

/// The same behind TLS.
pub(crate) async fn https<S>(stream: S, config: Arc<ServerConfig>, seen: Seen)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if let Ok(stream) = TlsAcceptor::from(config).accept(stream).await {
        http(stream, seen).await;
    }
}
