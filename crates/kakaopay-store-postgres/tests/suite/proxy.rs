//! A proxy between a store and its server that drops responses on request.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How the proxy treats the server's responses.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answers {
    /// They arrive.
    Arrive = 0,
    /// They are kept, and the connection stays open: the other side seems dead.
    Vanish = 1,
    /// The connection ends at the first of them.
    Cut = 2,
    /// The connection ends at the first of them, and later ones arrive on others.
    CutOnce = 3,
}

/// A wire between a store and its server.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    answers: Arc<AtomicU8>,
    cuts: Arc<AtomicUsize>,
    accepting: JoinHandle<io::Result<()>>,
}

impl Proxy {
    pub(crate) async fn start(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("its number").port();
        let answers = Arc::new(AtomicU8::new(Answers::Arrive as u8));
        let mode = Arc::clone(&answers);
        let cuts = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&cuts);
        let accepting = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(("127.0.0.1", server)).await?;
                let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
                tokio::spawn(carry(from_near, to_far, Arc::new(AtomicU8::new(0)), Arc::default()));
                tokio::spawn(carry(from_far, to_near, Arc::clone(&mode), Arc::clone(&counted)));
            }
            io::Result::Ok(())
        });
        Self { port, answers, cuts, accepting }
    }

    /// How many connections were cut since the last question.
    pub(crate) fn cuts(&self) -> usize {
        self.cuts.swap(0, Ordering::SeqCst)
    }

    /// Refuses new connections; the open ones stay.
    pub(crate) fn refuse(&self) {
        self.accepting.abort();
    }

    /// For every connection, from now on.
    pub(crate) fn answers(&self, answers: Answers) {
        self.answers.store(answers as u8, Ordering::SeqCst);
    }
}

async fn carry(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mode: Arc<AtomicU8>,
    cuts: Arc<AtomicUsize>,
) -> io::Result<()> {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let length = from.read(&mut buffer).await?;
        let (once, arrive) = (Answers::CutOnce as u8, Answers::Arrive as u8);
        let is_last =
            length > 0 && mode.compare_exchange(once, arrive, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        let mode = mode.load(Ordering::SeqCst);
        if length == 0 || is_last || mode == Answers::Cut as u8 {
            cuts.fetch_add(usize::from(length > 0), Ordering::SeqCst);
            return to.shutdown().await;
        }
        if mode == Answers::Arrive as u8 {
            to.write_all(&buffer[..length]).await?;
        }
    }
}
