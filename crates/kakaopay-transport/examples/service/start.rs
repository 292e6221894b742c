//! Starts a service that responds to every request with the same source.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

const SOURCE: &str = r#"{"object":"source","id":"src_test_1","type":"kakaopay","flow":"app_redirect","amount":150000,"currency":"SGD"}"#;

/// Starts the service on a free port and returns its address.
pub(crate) async fn start() -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer =
                service_fn(async |_| Ok::<_, Infallible>(http::Response::new(Full::<Bytes>::from(SOURCE))));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
    Ok(address)
}
