//! The one who asks: charges over a few kept connections, one after the other on each.

use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The request, the same bytes for each server.
const FORM: &str = "amount=150000&currency=SGD&return_uri=https%3A%2F%2Fexample.com%2Forders%2F345678%2Fcomplete\
                    &source%5Btype%5D=kakaopay";
/// `skey_test_5xt0gk0nqqnwnp1bnm8:` in base64.
const AUTHORIZED: &str = "Basic c2tleV90ZXN0XzV4dDBnazBucXFud25wMWJubTg6";

/// How many connections, each with one request at a time.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Of these, all at once.
    pub connections: u64,
}

impl Load {
    /// Asks for so many charges, and reads every answer to its end.
    ///
    /// # Panics
    /// When an answer is missing or is a refusal.
    pub async fn charges(self, server: SocketAddr, count: u64) {
        let each = count / self.connections;
        let tasks: Vec<_> = (0..self.connections)
            .map(|_| {
                tokio::spawn(async move {
                    let mut connection = connect(server).await.expect("a connection");
                    for _ in 0..each {
                        charge(&mut connection).await.expect("an answer");
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("asked");
        }
    }
}

/// One charge over a connection of its own, if there is a server.
pub(super) async fn first(server: SocketAddr) -> Option<()> {
    charge(&mut connect(server).await?).await
}

async fn connect(server: SocketAddr) -> Option<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(server).await.ok()?;
    stream.set_nodelay(true).ok()?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    Some(sender)
}

async fn charge(connection: &mut SendRequest<Full<Bytes>>) -> Option<()> {
    let request = Request::post("/charges")
        .header(HOST, "127.0.0.1")
        .header(AUTHORIZATION, AUTHORIZED)
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::from(FORM))
        .expect("a request");
    let answer = connection.send_request(request).await.ok()?;
    assert!(matches!(answer.status(), StatusCode::OK | StatusCode::CREATED), "{}", answer.status());
    let body = answer.into_body().collect().await.ok()?.to_bytes();
    assert!(body.starts_with(b"{"), "an object");
    Some(())
}
