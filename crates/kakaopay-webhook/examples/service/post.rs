//! Posts an event as the service does.

use std::error::Error;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use kakaopay_webhook::{SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER, WebhookSecret};
use tokio::net::TcpStream;

use super::clock::now;

pub(crate) const EVENT: &str = r#"{"object":"event","id":"evnt_test_1","livemode":false,"key":"charge.complete","data":{"object":"charge","id":"chrg_test_1"}}"#;

/// Posts a body signed with a secret, and returns the status of the response.
pub(crate) async fn post(
    to: SocketAddr,
    secret: WebhookSecret,
    body: &'static str,
) -> Result<StatusCode, Box<dyn Error + Send + Sync>> {
    let signed = Signer::new([secret]).sign(now(), body.as_bytes());
    let request = Request::post("/webhooks")
        .header("host", to.to_string())
        .header("content-type", "application/json")
        .header(SIGNATURE_HEADER, signed.signature)
        .header(TIMESTAMP_HEADER, signed.timestamp)
        .body(Full::new(Bytes::from(body)))?;
    let stream = TcpStream::connect(to).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?.status())
}
