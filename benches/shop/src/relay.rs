//! Relays between the processes: one that counts requests to the database, and one that spreads webhooks.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Opens a port that leads to the server, and counts what its clients wait for: each `Sync`, and each simple query.
pub(crate) async fn count(server: u16, requests: Arc<AtomicU64>) -> io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(("127.0.0.1", server)).await?;
            near.set_nodelay(true)?;
            far.set_nodelay(true)?;
            let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
            tokio::spawn(forward(from_near, to_far, Arc::clone(&requests)));
            tokio::spawn(back(from_far, to_near));
        }
        io::Result::Ok(())
    });
    Ok(port)
}

/// Opens a port whose connections lead to these ports in turn.
pub(crate) async fn spread(ports: Vec<u16>) -> io::Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        for target in ports.into_iter().cycle() {
            let (mut near, _) = listener.accept().await?;
            let mut far = TcpStream::connect(("127.0.0.1", target)).await?;
            tokio::spawn(async move { copy_bidirectional(&mut near, &mut far).await });
        }
        io::Result::Ok(())
    });
    Ok(port)
}

async fn back(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> io::Result<u64> {
    tokio::io::copy(&mut from, &mut to).await
}

async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    requests: Arc<AtomicU64>,
) -> io::Result<()> {
    let (mut bytes, mut messages) = (vec![0; 65_536], Messages::default());
    loop {
        let read = from.read(&mut bytes).await?;
        if read == 0 {
            return to.shutdown().await;
        }
        requests.fetch_add(messages.requests(&bytes[..read]), Ordering::Relaxed);
        to.write_all(&bytes[..read]).await?;
    }
}

/// Where one side of a connection is in its messages: a type of one byte, except for the first one, and a length.
#[derive(Default)]
struct Messages {
    has_begun: bool,
    head: Vec<u8>,
    left: usize,
}

impl Messages {
    /// How many messages among these bytes ask for a response.
    fn requests(&mut self, mut bytes: &[u8]) -> u64 {
        let mut found = 0;
        while !bytes.is_empty() {
            let skipped = self.left.min(bytes.len());
            self.left -= skipped;
            bytes = &bytes[skipped..];
            let kind = usize::from(self.has_begun);
            while let ([first, rest @ ..], true) = (bytes, self.left == 0 && self.head.len() < kind + 4) {
                self.head.push(*first);
                bytes = rest;
            }
            if self.left == 0 && self.head.len() == kind + 4 {
                let mut length = [0; 4];
                length.copy_from_slice(&self.head[kind..]);
                self.left =
                    usize::try_from(u32::from_be_bytes(length)).map_or(0, |length| length.saturating_sub(4));
                found += u64::from(self.has_begun && matches!(self.head[0], b'S' | b'Q'));
                self.has_begun = true;
                self.head.clear();
            }
        }
        found
    }
}
