//! A tower service of your own as the transport: it opens a connection for each request.
//!
//! `cargo run -p kakaopay-transport --example own_service`
#![expect(clippy::print_stdout, reason = "an example shows what it did")]

mod service;

use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use kakaopay_transport::{BaseUri, BoxError, Client, HttpRequest, NotSent};
use kakaopay_types::{SecretKey, SourceId};
use tokio::net::TcpStream;

/// A transport without pool and TLS.
#[derive(Clone)]
struct OneByOne;

impl tower_service::Service<HttpRequest> for OneByOne {
    type Response = http::Response<Incoming>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let host = request.uri().authority().ok_or("a request without a host")?.to_string();
            // So far nothing was sent. `NotSent` reports that; any other error counts as maybe sent.
            let stream = TcpStream::connect(&host).await.map_err(|error| NotSent(error.into()))?;
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
            tokio::spawn(connection);
            request.headers_mut().insert("host", host.parse()?);
            *request.uri_mut() = request.uri().path().parse()?;
            Ok(sender.send_request(request).await?)
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let base = BaseUri::parse(&format!("http://{}", service::start().await?))?;
    let key = SecretKey::parse("skey_test_5xt0gk0nqqnwnp1bnm8")?;
    let client = Client::builder(OneByOne, key).base_uri(base).build();
    let source = client.sources().retrieve(SourceId::parse("src_test_1")?).await?;
    println!("{} of {} {}", source.id, source.amount, source.currency);
    Ok(())
}
