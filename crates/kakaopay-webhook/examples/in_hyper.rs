//! The receiver in a plain hyper server. It appends events to a file, one per line.
//!
//! `cargo run -p kakaopay-webhook --features receiver --example in_hyper`
#![expect(clippy::print_stdout, reason = "an example shows what it did")]

mod service;

use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use kakaopay_webhook::{ReceivedEvent, Receiver, SignaturePolicy, Sink, Verifier, WebhookSecret};
use service::{EVENT, now, post};
use tokio::net::TcpListener;

/// An append-only file. A repeated delivery adds a second line.
#[derive(Debug, Clone)]
struct Lines(Arc<File>);

impl Sink for Lines {
    type Error = io::Error;

    async fn store(&self, received: ReceivedEvent) -> io::Result<()> {
        let file = Arc::clone(&self.0);
        let write = move || {
            // JSON may contain line breaks between values, where they have no meaning.
            let mut line: Vec<u8> = received.body.iter().copied().filter(|byte| *byte != b'\n').collect();
            line.push(b'\n');
            (&*file).write_all(&line)?;
            // The response confirms that the event is stored, so it must survive a power failure.
            file.sync_data()
        };
        tokio::task::spawn_blocking(write).await?
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let secret = WebhookSecret::from_base64("dGVzdC13ZWJob29rLXNlY3JldA==")?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("webhooks.jsonl");
    let file = File::options().create(true).append(true).open(&path)?;
    let policy = SignaturePolicy::signed(Verifier::new([secret.clone()])?);
    let receiver = Receiver::new(policy, Lines(Arc::new(file)), now);

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                // Otherwise idle clients could hold connections open.
                .header_read_timeout(Duration::from_secs(5))
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(receiver.clone()));
            // Also bounds slow bodies.
            tokio::spawn(tokio::time::timeout(Duration::from_secs(20), connection));
        }
    });

    println!("signed: {}", post(address, secret, EVENT).await?);
    let other = WebhookSecret::from_base64("YW5vdGhlci1zZWNyZXQ=")?;
    println!("signed with another secret: {}", post(address, other, EVENT).await?);
    print!("stored: {}", std::fs::read_to_string(&path)?);
    Ok(())
}
