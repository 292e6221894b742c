//! Limits of the server, over loopback.

use std::num::NonZeroUsize;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kakaopay_sandbox::Sandbox;
use kakaopay_sandbox_server::{SandboxServer, ServerLimits, serve_with};
use kakaopay_types::Key;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(3_600);
/// Immediate responses are complete within this time.
const SOON: Duration = Duration::from_secs(30);

async fn serve(sandbox: &Sandbox, limits: ServerLimits) -> SandboxServer {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    serve_with(sandbox, listener, limits).expect("serving")
}

/// Returns limits that no test reaches; each test lowers one of them.
fn wide() -> ServerLimits {
    ServerLimits::default().header_read_timeout(LONG).body_read_timeout(LONG).shutdown_timeout(LONG)
}

async fn connect(running: &SandboxServer) -> TcpStream {
    TcpStream::connect(running.address()).await.expect("connected")
}

/// Reads one response and keeps the connection open.
async fn read_response(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if length.and_then(|length| length.parse().ok()).is_some_and(|length: usize| body.len() >= length)
            {
                return text.into_owned();
            }
        }
        let mut chunk = [0; 4_096];
        let count =
            tokio::time::timeout(SOON, stream.read(&mut chunk)).await.expect("in time").expect("read");
        assert!(count > 0, "closed after {text}");
        read.extend_from_slice(&chunk[..count]);
    }
}

/// Reads until the connection is closed.
async fn rest(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    // A connection closed with unread data is reset.
    let _ = tokio::time::timeout(SOON, stream.read_to_end(&mut read)).await.expect("closed in time");
    String::from_utf8(read).expect("text")
}

const GET: &[u8] = b"GET /omise.js HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Returns head and body of a request that creates a charge.
fn charge(sandbox: &Sandbox) -> (String, &'static str) {
    let form = "amount=150000&currency=SGD&return_uri=https://example.com&source[type]=kakaopay";
    let user = STANDARD.encode(sandbox.secret_key().expose());
    let head = format!(
        "POST /charges HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {user}\r\nContent-Length: {}\r\n\r\n",
        form.len()
    );
    (head, form)
}

/// Sends the head of such a request, and returns the connection and the unsent body.
async fn begin(sandbox: &Sandbox, stream: &mut TcpStream) -> &'static str {
    let (head, form) = charge(sandbox);
    // The server's 100 Continue shows that the request is in flight.
    let head = head.replace("\r\n\r\n", "\r\nExpect: 100-continue\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).await.expect("100 Continue");
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    form
}

#[tokio::test]
async fn f30_a_slow_request_body_gets_408() {
    let sandbox = Sandbox::builder().build();
    let running = serve(&sandbox, wide().body_read_timeout(Duration::from_millis(20))).await;
    let (head, form) = charge(&sandbox);
    let mut stream = connect(&running).await;
    stream.write_all(format!("{head}{}", &form[..9]).as_bytes()).await.expect("sent");
    let response = rest(&mut stream).await;
    assert!(response.starts_with("HTTP/1.1 408 "), "{response}");
    assert!(sandbox.events().is_empty(), "half a form created something");
}

#[tokio::test]
async fn f30_idle_connections_are_closed() {
    let sandbox = Sandbox::builder().build();
    let running = serve(&sandbox, wide().header_read_timeout(Duration::from_millis(20))).await;
    let mut stream = connect(&running).await;
    stream.write_all(GET).await.expect("sent");
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn f30_connections_above_the_limit_wait() {
    let sandbox = Sandbox::builder().build();
    let running = serve(&sandbox, wide().max_connections(NonZeroUsize::MIN)).await;
    let mut first = connect(&running).await;
    first.write_all(GET).await.expect("sent");
    read_response(&mut first).await;
    let mut second = connect(&running).await;
    second.write_all(GET).await.expect("sent");
    let early = tokio::time::timeout(Duration::from_millis(50), second.read(&mut [0])).await;
    assert!(early.is_err(), "the second was served beside the first: {early:?}");
    drop(first);
    assert!(read_response(&mut second).await.starts_with("HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn a_body_above_the_limit_is_rejected() {
    let sandbox = Sandbox::builder().build();
    let running = serve(&sandbox, wide()).await;
    for (length, status) in [(256 * 1024, "401 "), (256 * 1024 + 1, "413 ")] {
        let mut stream = connect(&running).await;
        let head = format!("POST /charges HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("sent");
        // The server may close the connection before the whole body was sent.
        let _ = stream.write_all(&vec![b'a'; length]).await;
        let response = read_response(&mut stream).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status}")), "{length}: {response}");
    }
}

#[tokio::test]
async fn shutdown_completes_requests_in_flight() {
    let sandbox = Sandbox::builder().build();
    let running = serve(&sandbox, wide()).await;
    let (mut fresh, mut idle, mut busy) =
        (connect(&running).await, connect(&running).await, connect(&running).await);
    idle.write_all(GET).await.expect("sent");
    read_response(&mut idle).await;
    let form = begin(&sandbox, &mut busy).await;
    let address = running.address();
    let ending = tokio::spawn(running.shutdown());
    assert_eq!(rest(&mut idle).await, "");
    assert_eq!(rest(&mut fresh).await, "");
    assert!(!ending.is_finished());
    assert!(TcpStream::connect(address).await.is_err(), "it still listens");
    busy.write_all(form.as_bytes()).await.expect("sent");
    let response = rest(&mut busy).await;
    assert!(
        response.starts_with("HTTP/1.1 200 OK\r\n") && response.contains("\"status\": \"pending\""),
        "{response}"
    );
    tokio::time::timeout(SOON, ending).await.expect("ended").expect("without a panic");
}

#[tokio::test]
async fn shutdown_has_a_timeout() {
    let sandbox = Sandbox::builder().build();
    let running = serve(&sandbox, wide().shutdown_timeout(Duration::from_millis(20))).await;
    let mut stream = connect(&running).await;
    begin(&sandbox, &mut stream).await;
    tokio::time::timeout(SOON, running.shutdown()).await.expect("ended");
    assert_eq!(rest(&mut stream).await, "");
}
