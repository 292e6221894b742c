//! F23: a wire that stalls, wherever, ends in time; all of it in paused time.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use kakaopay_transport::{
    BaseUri, Client, ClientBuilder, Delivery, Error, ErrorKind, HyperTransport, HyperTransportBuilder,
};
use kakaopay_types::SecretKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::Instant;

use super::authority::{Authority, TODAY, good, server};
use super::pipe::{Pipe, Pipes};
use super::server::{Seen, https};
use super::tap::{Fault, Point};
use crate::support::{create, key, retrieve};

const DEADLINE: Duration = Duration::from_secs(60);
/// How long the default wire tries to connect.
const CONNECT: Duration = Duration::from_secs(10);

/// A connector that never connects: the name is not resolved, or no packet comes back.
fn nowhere() -> impl Connector {
    tower::service_fn(|_: Uri| std::future::pending::<io::Result<Pipe>>())
}

trait Connector:
    tower_service::Service<Uri, Response = Pipe, Error = io::Error, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<C> Connector for C where
    C: tower_service::Service<Uri, Response = Pipe, Error = io::Error, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

fn builder<C: Connector>(transport: HyperTransportBuilder<C>) -> ClientBuilder<HyperTransport<C>, SecretKey> {
    Client::builder(transport.build().expect("a transport"), key())
}

fn plain<C: Connector>(connector: C) -> Client<SecretKey> {
    let base = BaseUri::parse("http://127.0.0.1").expect("an origin");
    builder(HyperTransport::builder().connector(connector)).base_uri(base).build()
}

async fn ends(client: &Client<SecretKey>) -> (Error, Duration) {
    let start = Instant::now();
    let error = client.send(create()).await.expect_err("no answer");
    (error, start.elapsed())
}

#[track_caller]
fn check((error, took): (Error, Duration), kind: ErrorKind, delivery: Delivery, within: Duration) {
    assert_eq!((error.kind(), error.delivery()), (kind, delivery), "{error:?}");
    assert!(took >= within && took <= within.mul_f64(1.1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn f23_a_connection_that_is_never_made_was_sent_nothing() {
    check(ends(&plain(nowhere())).await, ErrorKind::Connect, Delivery::NotSent, CONNECT);
    let three = Duration::from_secs(3);
    let client = builder(HyperTransport::builder().connector(nowhere()).connect_timeout(three)).build();
    check(ends(&client).await, ErrorKind::Connect, Delivery::NotSent, three);

    // A deadline that passes first does not know how far the wire has come.
    let client = builder(HyperTransport::builder().connector(nowhere())).timeout(three).build();
    check(ends(&client).await, ErrorKind::Timeout, Delivery::MaybeSent, three);
}

#[tokio::test(start_paused = true)]
async fn f23_a_handshake_that_stalls_or_drips_was_sent_nothing() {
    async fn silent(stream: DuplexStream) {
        std::future::pending::<()>().await;
        drop(stream);
    }
    /// A handshake message that is announced to be long, a byte of it a second.
    async fn drips(mut stream: DuplexStream) {
        for byte in [22, 3, 3, 64, 0].into_iter().chain(std::iter::repeat(2)) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            if stream.write_u8(byte).await.is_err() {
                break;
            }
        }
    }
    let client = builder(HyperTransport::builder().connector(Pipes(silent))).build();
    check(ends(&client).await, ErrorKind::Connect, Delivery::NotSent, CONNECT);
    let client = builder(HyperTransport::builder().connector(Pipes(drips))).build();
    check(ends(&client).await, ErrorKind::Connect, Delivery::NotSent, CONNECT);
}

#[tokio::test(start_paused = true)]
async fn f23_a_handshake_that_stops_halfway_was_sent_nothing() {
    let authority = Authority::new();
    for at in [Point::Read(1), Point::Read(200), Point::Written(1), Point::Written(300)] {
        let config = server(TODAY, authority.identity(&good()));
        let seen = Seen::default();
        let kept = seen.clone();
        let pipes = Pipes(move |stream| {
            https(kept.tap(stream, Some((at, Fault::Stall))), Arc::clone(&config), kept.clone())
        });
        let client = builder(HyperTransport::builder().connector(pipes).tls(authority.client())).build();
        check(ends(&client).await, ErrorKind::Connect, Delivery::NotSent, CONNECT);
        assert_eq!((seen.request().as_str(), seen.connections()), ("", 1), "{at:?}");
    }
}

/// Reads a request, says this, and nothing else for ever.
fn says(words: &'static str) -> impl Connector {
    Pipes(move |mut stream: DuplexStream| async move {
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(words.as_bytes()).await;
        std::future::pending::<()>().await;
    })
}

#[tokio::test(start_paused = true)]
async fn f23_a_stalled_response_ends_at_the_deadline() {
    for words in [
        "",
        "HTTP/1.1 20",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"object\"",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{\"object\"\r\n",
    ] {
        check(ends(&plain(says(words))).await, ErrorKind::Timeout, Delivery::MaybeSent, DEADLINE);
    }
}

#[tokio::test(start_paused = true)]
async fn f23_a_head_and_a_body_that_drip_end_at_the_deadline() {
    for head in ["HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"] {
        let pipes = Pipes(move |mut stream: DuplexStream| async move {
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(b"a").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        check(ends(&plain(pipes)).await, ErrorKind::Timeout, Delivery::MaybeSent, DEADLINE);
    }
}

#[tokio::test(start_paused = true)]
async fn f23_all_attempts_of_a_read_end_at_its_deadline() {
    for (client, kind, delivery) in [
        (plain(nowhere()), ErrorKind::Connect, Delivery::NotSent),
        (plain(says("")), ErrorKind::Timeout, Delivery::MaybeSent),
    ] {
        let start = Instant::now();
        let error = client.send(retrieve()).await.expect_err("no answer");
        assert_eq!((error.kind(), error.delivery()), (kind, delivery), "{error:?}");
        assert!(!error.outcome_unknown() && error.is_retryable());
        assert!(start.elapsed() <= DEADLINE.mul_f64(1.1), "{:?}", start.elapsed());
    }
}
