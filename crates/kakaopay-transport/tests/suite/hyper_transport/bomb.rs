//! F29: an answer that never ends stops at the cap, however it is announced.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kakaopay_transport::{BaseUri, Client, Delivery, ErrorKind, HyperTransport};
use kakaopay_types::SecretKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::pipe::Pipes;
use crate::support::{SOURCE, create, key, retrieve};

/// A client's default limit of a response's size.
const CAP: usize = 1024 * 1024;

/// Answers every request with a head, and then with the same bytes for as long as they are read. Returns how many were
/// read, over all connections.
fn endless(head: String, again: String) -> (Client<SecretKey>, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    let pipes = Pipes(move |mut stream: DuplexStream| {
        let (head, again, count) = (head.clone(), again.clone(), Arc::clone(&count));
        async move {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(again.as_bytes()).await.is_ok() {
                count.fetch_add(again.len(), Ordering::SeqCst);
            }
        }
    });
    let transport = HyperTransport::builder().connector(pipes).build().expect("a transport");
    let base = BaseUri::parse("http://127.0.0.1").expect("an origin");
    (Client::builder(transport, key()).base_uri(base).build(), taken)
}

#[tokio::test]
async fn f29_a_body_without_an_end_stops_at_the_cap() {
    let spaces = " ".repeat(8 * 1024);
    let chunk = format!("2000\r\n{spaces}\r\n");
    // Ten gigabytes that are announced need not begin to come.
    for (announced, again, most) in [
        ("content-length: 10000000000", &spaces, CAP / 2),
        ("transfer-encoding: chunked", &chunk, 2 * CAP),
        ("connection: close", &spaces, 2 * CAP),
    ] {
        let (client, taken) = endless(format!("HTTP/1.1 200 OK\r\n{announced}\r\n\r\n"), again.clone());
        let error = client.send(create()).await.expect_err("too large");
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::TooLarge, Delivery::Answered),
            "{announced}"
        );
        assert!(error.outcome_unknown());
        // With what lies in the pipe and in hyper.
        let taken = taken.load(Ordering::SeqCst);
        assert!(taken <= most, "{announced}: {taken} bytes");
    }
}

#[tokio::test]
async fn f29_a_chunk_that_is_announced_to_be_endless_stops_at_the_cap() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffff\r\n".to_owned();
    let (client, taken) = endless(head, " ".repeat(8 * 1024));
    let error = client.send(create()).await.expect_err("too large");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::TooLarge, Delivery::Answered));
    assert!(taken.load(Ordering::SeqCst) <= 2 * CAP);
}

#[tokio::test]
async fn f29_a_head_without_an_end_is_an_error() {
    let (client, taken) = endless("HTTP/1.1 200 OK\r\n".to_owned(), format!("x: {}\r\n", "a".repeat(1024)));
    let error = client.send(create()).await.expect_err("no HTTP");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Transport, Delivery::MaybeSent));
    assert!(taken.load(Ordering::SeqCst) <= CAP);
}

#[tokio::test]
async fn f29_bytes_after_a_response_are_no_response() {
    // It says how long the first is, and goes on with more that looks like answers.
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{SOURCE}", SOURCE.len());
    let (client, taken) = endless(answer.clone(), answer.replace("150000", "999999"));
    for _ in 0..3 {
        let source = client.send(retrieve()).await.expect("a source");
        assert_eq!(source.amount, 150_000);
    }
    assert!(taken.load(Ordering::SeqCst) <= 3 * CAP);
}
