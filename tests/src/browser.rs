//! Plain HTTP without a client of ours, as a buyer's browser or a stranger sends it.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// Sends a request and gives the status and the body of the answer.
///
/// # Panics
/// If there is no answer.
pub async fn send(request: Request<Full<Bytes>>) -> (u16, String) {
    let client: Client<HttpConnector, Full<Bytes>> =
        Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let answer = client.request(request).await.expect("an answer");
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.expect("a whole body").to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}

/// Sends the form of the page at `authorize_uri`.
///
/// # Panics
/// If the page does not lead back to the merchant.
pub async fn decide(authorize_uri: &str, form: &str) {
    let request = Request::post(authorize_uri)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Full::from(form.to_owned()));
    let (status, body) = send(request.expect("a request")).await;
    assert_eq!(status, 303, "{body}");
}
