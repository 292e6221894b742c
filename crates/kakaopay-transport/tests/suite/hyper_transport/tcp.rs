//! The default wire over TCP, against servers on this machine.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use kakaopay_transport::{BaseUri, Client, Delivery, ErrorKind, HyperTransport, NotSent, RequestBody};
use kakaopay_types::endpoint::CreateSource;
use kakaopay_types::{Currency, Money, PaymentAmount, SecretKey};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{SOURCE, create, key, retrieve};

fn client_of(base: &str) -> Client<SecretKey> {
    let base = BaseUri::parse(base).expect("an origin");
    Client::builder(HyperTransport::new().expect("a transport"), key()).base_uri(base).build()
}

fn client(address: SocketAddr) -> Client<SecretKey> {
    client_of(&format!("http://{address}"))
}

/// A server of any bytes: each connection is read until a request ends, then gets the next of these
/// responses. A connection without one is closed.
struct Raw {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Raw {
    async fn answering(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut answers = answers.into_iter();
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = [0; 4096];
                while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                    seen.fetch_add(1, Ordering::SeqCst);
                    let Some(answer) = answers.next() else { break };
                    if stream.write_all(answer.as_bytes()).await.is_err() || !answer.ends_with(SOURCE) {
                        break;
                    }
                }
            }
        });
        Self { address, requests }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

fn ok() -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{SOURCE}", SOURCE.len())
}

type Seen = Arc<Mutex<Vec<http::Request<Bytes>>>>;

/// A real HTTP server, which keeps connections open and counts them.
async fn hyper_server() -> (SocketAddr, Seen, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (seen, connections) = (Seen::default(), Arc::new(AtomicUsize::new(0)));
    let (keep, count) = (Arc::clone(&seen), Arc::clone(&connections));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let keep = Arc::clone(&keep);
            let service = hyper::service::service_fn(move |request: http::Request<hyper::body::Incoming>| {
                let keep = Arc::clone(&keep);
                async move {
                    let (parts, body) = request.into_parts();
                    let body = body.collect().await.expect("a body").to_bytes();
                    keep.lock().expect("a lock").push(http::Request::from_parts(parts, body));
                    Ok::<_, Infallible>(http::Response::new(Full::<Bytes>::from(SOURCE)))
                }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    (address, seen, connections)
}

#[tokio::test]
async fn calls_go_over_one_kept_connection() {
    let (address, seen, connections) = hyper_server().await;
    let client = client(address);
    assert_eq!(client.send(create()).await.expect("a source").amount, 150_000);
    client.clone().send(retrieve()).await.expect("a source");
    assert_eq!(connections.load(Ordering::SeqCst), 1);

    let seen = seen.lock().expect("a lock");
    assert_eq!((seen[0].method().as_str(), seen[0].uri().path()), ("POST", "/sources"));
    assert_eq!(seen[0].headers()["host"], address.to_string());
    assert_eq!(seen[0].headers()["content-length"], seen[0].body().len().to_string());
    assert_eq!(seen[0].body(), "amount=150000&currency=SGD&type=kakaopay&platform_type=WEB");
    assert_eq!((seen[1].method().as_str(), seen[1].uri().path()), ("GET", "/sources/src_test_1"));
    assert!(!seen[1].headers().contains_key("content-length"));
}

#[tokio::test]
async fn f22_a_truncated_response_is_an_error() {
    let cut =
        format!("HTTP/1.1 200 OK\r\nx-request-id: 5d0b\r\ncontent-length: 1000\r\n\r\n{}", &SOURCE[..20]);
    let server = Raw::answering(vec![cut]).await;
    let error = client(server.address).send(create()).await.expect_err("cut off");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Transport, Delivery::Answered));
    assert_eq!(error.request_id(), Some("5d0b"));
    assert!(error.outcome_unknown());
    for answer in ["", "HTTP/1.1 banana\r\n\r\n"] {
        let server = Raw::answering(vec![answer.to_owned()]).await;
        let error = client(server.address).send(create()).await.expect_err("no HTTP");
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Transport, Delivery::MaybeSent), "{answer}");
        assert!(error.outcome_unknown());
    }
}

#[tokio::test]
async fn f24_a_request_on_a_connection_that_closes_is_sent_once() {
    // The connection is kept after the first, and closed as the second has come.
    let server = Raw::answering(vec![ok()]).await;
    let client = client(server.address);
    client.send(retrieve()).await.expect("a source");
    let error = client.send(create()).await.expect_err("closed");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Transport, Delivery::MaybeSent));
    assert!(error.outcome_unknown());
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn f24_a_connection_that_closes_by_itself_never_makes_two_of_one_request() {
    // Each connection is closed behind its first answer without a word about it, by another thread:
    // the next request meets a connection that is open, is closing, or is closed.
    use std::io::{Read, Write};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let seen = Arc::<Mutex<Vec<String>>>::default();
    let keep = Arc::clone(&seen);
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let (mut request, mut buffer) = (String::new(), [0; 4096]);
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                request.push_str(&String::from_utf8_lossy(&buffer[..read]));
                // The end of the body.
                if request.ends_with("kakaopay") {
                    keep.lock().expect("a lock").push(request);
                    let _ = stream.write_all(ok().as_bytes());
                    break;
                }
            }
        }
    });
    let client = client(address);
    for amount in 1000..1100 {
        let amount = PaymentAmount::new(Money::new(amount, Currency::SGD)).expect("an amount");
        let result = client.send(CreateSource::new(amount)).await;
        let parameter = format!("amount={}&", amount.minor_units());
        let seen = seen.lock().expect("a lock");
        let times = seen.iter().filter(|request| request.contains(&parameter)).count();
        match result {
            Ok(_) => assert_eq!(times, 1),
            Err(error) if error.delivery() == Delivery::NotSent => assert_eq!(times, 0, "{error}"),
            Err(error) => assert!(error.outcome_unknown() && times <= 1, "{times} {error}"),
        }
    }
}

#[tokio::test]
async fn f24_a_refused_connection_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let error = client(address).send(create()).await.expect_err("nobody listens");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connect, Delivery::NotSent));
    assert!(!error.outcome_unknown() && error.is_retryable());
    // The sources are kept, down to the system's own.
    let mut source = std::error::Error::source(&error);
    while let Some(next) = source.and_then(std::error::Error::source) {
        source = Some(next);
    }
    let refused = source.and_then(|source| source.downcast_ref::<std::io::Error>());
    assert_eq!(refused.map(std::io::Error::kind), Some(std::io::ErrorKind::ConnectionRefused));
}

#[tokio::test(start_paused = true)]
async fn f23_a_handshake_that_stalls_was_not_sent() {
    // Connections are taken by the system, and nobody ever speaks.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let start = tokio::time::Instant::now();
    let error = client_of(&format!("https://{address}")).send(create()).await.expect_err("silence");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connect, Delivery::NotSent));
    assert!(start.elapsed() <= Duration::from_secs(11), "{:?}", start.elapsed());
}

#[tokio::test]
async fn f26_the_transport_follows_no_redirect() {
    let elsewhere = Raw::answering(vec![ok()]).await;
    let answer = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nlocation: http://{}/sources\r\ncontent-length: 0\r\n\r\n",
        elsewhere.address
    );
    let server = Raw::answering(vec![answer]).await;
    let error = client(server.address).send(create()).await.expect_err("a redirect");
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!((server.requests(), elsewhere.requests()), (1, 0));
}

#[tokio::test]
async fn f25_plain_http_does_not_leave_this_machine() {
    use tower::ServiceExt;

    for uri in ["http://192.0.2.1/charges", "http://api.omise.co/charges", "/charges", "ftp://192.0.2.1/"] {
        let request = http::Request::get(uri).body(RequestBody::default()).expect("a request");
        let error = HyperTransport::new().expect("a transport").oneshot(request).await.expect_err("refused");
        assert!(error.is::<NotSent>(), "{uri}: {error}");
    }
}

#[test]
fn i9_a_configuration_with_protocols_of_its_own_is_no_panic() {
    let mut config = kakaopay_transport::default_tls_config().expect("a configuration");
    config.alpn_protocols = vec![b"spdy/1".to_vec()];
    let _ = HyperTransport::with_tls(config);
}
