//! The default wire against a server on this machine.

use std::net::SocketAddr;

use kakaopay_transport::{BaseUri, Client, Delivery, ErrorKind, Wire};
use kakaopay_types::endpoint::RetrieveSource;
use kakaopay_types::{SecretKey, SourceId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const SOURCE: &str = r#"{"object":"source","id":"src_test_1","type":"kakaopay","flow":"app_redirect","amount":150000,"currency":"SGD"}"#;

fn client(address: SocketAddr) -> Client<SecretKey> {
    let base = BaseUri::parse(&format!("http://{address}")).expect("an origin");
    let key = SecretKey::parse("skey_test_1").expect("a key");
    Client::builder(Wire::new().expect("a wire"), key).base_uri(base).build()
}

fn retrieve() -> RetrieveSource {
    RetrieveSource { id: SourceId::parse("src_test_1").expect("an id") }
}

/// A server that reads a request and answers these bytes, then closes.
async fn server(answer: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

#[tokio::test]
async fn a_call_goes_over_the_wire() {
    let length = SOURCE.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{SOURCE}"
    );
    let source = client(server(answer).await).send(retrieve()).await.expect("a source");
    assert_eq!(source.amount, 150_000);
}

#[tokio::test]
async fn f22_an_answer_that_ends_too_soon_is_an_error() {
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{SOURCE}");
    let error = client(server(answer).await).send(retrieve()).await.expect_err("cut off");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Wire, Delivery::Answered));
    for answer in ["", "HTTP/1.1 banana\r\n\r\n"] {
        let error = client(server(answer.to_owned()).await).send(retrieve()).await.expect_err("no HTTP");
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Wire, Delivery::MaybeSent), "{answer}");
    }
}

#[tokio::test]
async fn a_refused_connection_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let error = client(address).send(retrieve()).await.expect_err("nobody listens");
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connect, Delivery::NotSent));
}

#[tokio::test]
async fn f25_plain_http_does_not_leave_this_machine() {
    use tower::ServiceExt;

    let request =
        http::Request::get("http://192.0.2.1/charges").body(kakaopay_transport::RequestBody::default());
    let error = Wire::new().expect("a wire").oneshot(request.expect("a request")).await.expect_err("refused");
    assert!(error.is::<kakaopay_transport::NotSent>(), "{error}");
}
