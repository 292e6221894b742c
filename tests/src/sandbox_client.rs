//! Requests to a sandbox, without a socket.

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use kakaopay_sandbox::{Sandbox, SandboxClock};
use kakaopay_types::ApiVersion;
use kakaopay_types::{SecretKey, Timestamp};
use serde_json::Value;
use tower_service::Service;

const SECRET_KEY: &str = "skey_test_5xt0gk0nqqnwnp1bnm8";
/// The secret key and a colon, in base64.
const AUTHORIZATION: &str = "Basic c2tleV90ZXN0XzV4dDBnazBucXFud25wMWJubTg6";

/// Sends requests to a sandbox, without a socket and with its secret key.
#[derive(Debug)]
pub struct SandboxClient {
    /// The sandbox.
    pub sandbox: Sandbox,
    /// Its clock, which stands still.
    pub clock: SandboxClock,
    version: ApiVersion,
}

/// A response of the sandbox.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Response {
    /// The body as JSON.
    ///
    /// # Panics
    /// If it is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    /// The body of a success as JSON.
    ///
    /// # Panics
    /// If it is no success.
    #[must_use]
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }
}

impl SandboxClient {
    /// A sandbox whose account has an API version, which each request names, too.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn new(version: ApiVersion) -> Self {
        let clock = SandboxClock::frozen_at(Timestamp::parse("2024-02-29T12:00:00Z").expect("a time"));
        let key = SecretKey::parse(SECRET_KEY).expect("a key");
        let builder = Sandbox::builder().seed(1).clock(clock.clone()).secret_key(key);
        Self { sandbox: builder.api_version(version).build(), clock, version }
    }

    /// Sends a request with a JSON body.
    ///
    /// # Panics
    /// If it is no request.
    #[must_use]
    pub fn send(&self, method: &str, path: &str, json: &str) -> Response {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("authorization", AUTHORIZATION)
            .header("content-type", "application/json")
            .header("omise-version", self.version.as_str())
            .body(Full::new(Bytes::copy_from_slice(json.as_bytes())))
            .expect("a request");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let response = self.sandbox.service().call(request).await.expect("a response");
            let (parts, body) = response.into_parts();
            let body = body.collect().await.expect("a whole body").to_bytes();
            Response {
                status: parts.status.as_u16(),
                headers: parts.headers,
                text: String::from_utf8(body.to_vec()).expect("text"),
            }
        })
    }
}
