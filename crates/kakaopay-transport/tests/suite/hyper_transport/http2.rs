//! HTTP/2, which the service may choose in the TLS handshake when the feature is on.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http::Version;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use kakaopay_transport::{Client, Delivery, ErrorKind, HyperTransport};
use kakaopay_types::SecretKey;
use rustls::ServerConfig;
use tokio::io::DuplexStream;
use tokio_rustls::TlsAcceptor;

use super::authority::{Authority, TODAY, good, server};
use super::pipe::Pipes;
use crate::support::{SOURCE, create, key, retrieve};

/// The protocol that the transport chooses with a service that speaks both.
const BEST: Version = if cfg!(feature = "http2") { Version::HTTP_2 } else { Version::HTTP_11 };

/// The service's reaction to a request.
#[derive(Clone, Copy)]
enum Does {
    Answer,
    Flood,
    Nothing,
}

/// The versions of the requests that a service saw, by connection.
type Seen = Arc<Mutex<Vec<Vec<Version>>>>;

/// A service that speaks these protocols, the one it likes best first.
fn service(protocols: &[&str], does: Does) -> (Client<SecretKey>, Seen) {
    let authority = Authority::new();
    let mut config = ServerConfig::clone(&server(TODAY, authority.identity(&good())));
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let seen = Seen::default();
    let kept = Arc::clone(&seen);
    let pipes = Pipes(move |stream: DuplexStream| serve(acceptor.clone(), stream, does, Arc::clone(&kept)));
    let transport =
        HyperTransport::builder().tls(authority.client()).connector(pipes).build().expect("a transport");
    (Client::new(transport, key()), seen)
}

async fn serve(acceptor: TlsAcceptor, stream: DuplexStream, does: Does, seen: Seen) {
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let connection = {
        let mut seen = seen.lock().expect("a lock");
        seen.push(Vec::new());
        seen.len() - 1
    };
    let service = service_fn(move |request: http::Request<Incoming>| {
        seen.lock().expect("a lock")[connection].push(request.version());
        async move { Ok::<_, Infallible>(http::Response::new(body(does).await)) }
    });
    let stream = TokioIo::new(stream);
    // How it ends is for the client to tell.
    if is_http2 {
        let _ = http2::Builder::new(TokioExecutor::new()).serve_connection(stream, service).await;
    } else {
        let _ = http1::Builder::new().serve_connection(stream, service).await;
    }
}

async fn body(does: Does) -> BoxBody<Bytes, Infallible> {
    match does {
        Does::Answer => Full::from(SOURCE).boxed(),
        Does::Flood => {
            let piece = Bytes::from(vec![b' '; 8 * 1024]);
            BodyExt::boxed(StreamBody::new(stream::repeat(piece).map(|piece| Ok(Frame::data(piece)))))
        }
        Does::Nothing => std::future::pending().await,
    }
}

#[tokio::test]
async fn the_server_selects_the_http_version() {
    for (protocols, version) in [
        (&["h2", "http/1.1"][..], BEST),
        (&["http/1.1", "h2"], Version::HTTP_11),
        (&["http/1.1"], Version::HTTP_11),
        (&[], Version::HTTP_11),
    ] {
        let (client, seen) = service(protocols, Does::Answer);
        client.send(create()).await.expect("a source");
        client.send(retrieve()).await.expect("a source");
        assert_eq!(*seen.lock().expect("a lock"), [[version, version]], "{protocols:?}");
    }
}

#[cfg(feature = "http2")]
#[tokio::test]
async fn calls_at_once_share_one_connection() {
    let (client, seen) = service(&["h2"], Does::Answer);
    client.send(retrieve()).await.expect("a source");
    let calls = (0..20).map(|_| client.send(create()));
    for source in futures_util::future::join_all(calls).await {
        source.expect("a source");
    }
    assert_eq!(*seen.lock().expect("a lock"), [[Version::HTTP_2; 21]]);
}

#[cfg(feature = "http2")]
#[tokio::test(start_paused = true)]
async fn a_connection_that_has_ended_is_followed_by_one_of_any_version() {
    let authority = Authority::new();
    let acceptors = ["h2", "http/1.1"].map(|protocol| {
        let mut config = ServerConfig::clone(&server(TODAY, authority.identity(&good())));
        config.alpn_protocols = vec![protocol.into()];
        TlsAcceptor::from(Arc::new(config))
    });
    let (seen, tasks) = (Seen::default(), Arc::<Mutex<Vec<tokio::task::AbortHandle>>>::default());
    let (kept, keep) = (Arc::clone(&seen), Arc::clone(&tasks));
    let pipes = Pipes(move |stream: DuplexStream| {
        let mut tasks = keep.lock().expect("a lock");
        let acceptor = acceptors[tasks.len()].clone();
        tasks.push(tokio::spawn(serve(acceptor, stream, Does::Answer, Arc::clone(&kept))).abort_handle());
        async {}
    });
    let transport =
        HyperTransport::builder().tls(authority.client()).connector(pipes).build().expect("a transport");
    let client = Client::new(transport, key());
    client.send(create()).await.expect("a source");
    tokio::time::sleep(Duration::from_secs(1)).await;

    tasks.lock().expect("a lock")[0].abort();
    tokio::time::sleep(Duration::from_secs(1)).await;
    client.send(create()).await.expect("a source");
    client.send(create()).await.expect("a source");
    let seen = seen.lock().expect("a lock");
    assert_eq!(*seen, [vec![Version::HTTP_2], vec![Version::HTTP_11, Version::HTTP_11]]);
}

#[tokio::test]
async fn f29_a_stream_without_an_end_stops_at_the_cap() {
    let (client, _) = service(&["h2", "http/1.1"], Does::Flood);
    let error = client.send(create()).await.expect_err("too large");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::TooLarge, Delivery::Answered));
}

#[tokio::test(start_paused = true)]
async fn f23_a_stream_that_stalls_ends_at_the_deadline() {
    let (client, seen) = service(&["h2", "http/1.1"], Does::Nothing);
    let start = tokio::time::Instant::now();
    let error = client.send(create()).await.expect_err("no answer");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::MaybeSent));
    assert!(start.elapsed() <= Duration::from_secs(66), "{:?}", start.elapsed());
    assert_eq!(*seen.lock().expect("a lock"), [[BEST]]);
}
