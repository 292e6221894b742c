//! Test client for the sandbox and its pages, without a socket.

#![allow(dead_code, reason = "each test file uses a part of it")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use kakaopay_sandbox::{Sandbox, SandboxClock};
use kakaopay_sandbox_server::App;
use kakaopay_types::ApiVersion;
use kakaopay_types::{Key, Timestamp};
use serde_json::Value;
use tower_service::Service;

/// A sandbox with a client.
pub(crate) struct TestClient {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: SandboxClock,
    app: App,
}

/// A response.
pub(crate) struct TestResponse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl TestResponse {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    #[track_caller]
    pub(crate) fn assert_rejected(&self, status: u16, code: &str) {
        let error = self.json();
        assert_eq!((self.status, &error["object"], &error["code"]), (status, &"error".into(), &code.into()));
        let location = format!("https://www.omise.co/api-errors#{}", code.replace('_', "-"));
        assert_eq!(error["location"], location);
        assert!(error["message"].is_string());
    }
}

impl TestClient {
    pub(crate) fn new() -> Self {
        Self::at("2024-02-29T12:00:00Z")
    }

    pub(crate) fn at(moment: &str) -> Self {
        let clock = SandboxClock::frozen_at(Timestamp::parse(moment).expect("a moment"));
        let sandbox = Sandbox::builder().seed(1).clock(clock.clone()).build();
        Self::of(sandbox)
    }

    pub(crate) fn of(sandbox: Sandbox) -> Self {
        Self { clock: sandbox.clock().clone(), app: App::new(sandbox.clone()), sandbox }
    }

    /// Creates a sandbox with the oldest API version that supports KakaoPay.
    pub(crate) fn of_2017() -> Self {
        let clock = SandboxClock::frozen_at(Timestamp::parse("2024-02-29T12:00:00Z").expect("a moment"));
        let builder = Sandbox::builder().seed(1).clock(clock.clone());
        Self::of(builder.api_version(ApiVersion::V2017_11_02).build())
    }

    pub(crate) fn secret_key(&self) -> String {
        self.sandbox.secret_key().expose().to_owned()
    }

    pub(crate) fn public(&mut self, method: &str, path: &str, form: &str) -> TestResponse {
        let user = format!("{}:", self.sandbox.public_key().expose());
        self.as_user(&user, method, path, form)
    }

    pub(crate) fn secret(&mut self, method: &str, path: &str, form: &str) -> TestResponse {
        let user = format!("{}:", self.secret_key());
        self.as_user(&user, method, path, form)
    }

    pub(crate) fn public_json(&mut self, method: &str, path: &str, json: &str) -> TestResponse {
        let user = format!("{}:", self.sandbox.public_key().expose());
        self.send(Some(&user), method, path, "application/json; charset=utf8", json.as_bytes().to_vec())
    }

    pub(crate) fn secret_json(&mut self, method: &str, path: &str, json: &str) -> TestResponse {
        self.secret_bytes(method, path, "application/json", json.as_bytes().to_vec())
    }

    pub(crate) fn secret_bytes(
        &mut self,
        method: &str,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> TestResponse {
        let user = format!("{}:", self.secret_key());
        self.send(Some(&user), method, path, kind, body)
    }

    pub(crate) fn as_user(&mut self, user: &str, method: &str, path: &str, form: &str) -> TestResponse {
        self.send(Some(user), method, path, "application/x-www-form-urlencoded", form.as_bytes().to_vec())
    }

    pub(crate) fn without_key(&mut self, method: &str, path: &str) -> TestResponse {
        self.send(None, method, path, "application/json", Vec::new())
    }

    /// Creates a source of SGD 1500 and returns its id.
    pub(crate) fn source(&mut self) -> String {
        let form = "amount=150000&currency=SGD&type=kakaopay&platform_type=WEB";
        self.public("POST", "/sources", form).ok()["id"].as_str().expect("an id").to_owned()
    }

    /// Creates a charge of SGD 1500 and returns its id.
    pub(crate) fn charge(&mut self) -> String {
        let form = "amount=150000&currency=SGD&return_uri=https://example.com/done&source[type]=kakaopay";
        self.secret("POST", "/charges", form).ok()["id"].as_str().expect("an id").to_owned()
    }

    /// Sends a body with the secret key and these headers; the default content type is JSON.
    pub(crate) fn with_headers(
        &mut self,
        method: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> TestResponse {
        let user = STANDARD.encode(format!("{}:", self.secret_key()));
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("authorization", format!("Basic {user}"));
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.request(request.body(Full::from(body.as_bytes().to_vec())).expect("a request"))
    }

    fn send(
        &mut self,
        user: Option<&str>,
        method: &str,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> TestResponse {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", kind);
        if let Some(user) = user {
            request = request.header("authorization", format!("Basic {}", STANDARD.encode(user)));
        }
        self.request(request.body(Full::from(body)).expect("a request"))
    }

    pub(crate) fn request(&mut self, request: Request<Full<Bytes>>) -> TestResponse {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let response = self.app.clone().call(request).await.expect("infallible without faults");
            let (parts, body) = response.into_parts();
            let body = body.collect().await.expect("a whole body").to_bytes();
            TestResponse {
                status: parts.status.as_u16(),
                headers: parts.headers,
                text: String::from_utf8(body.to_vec()).expect("text"),
            }
        })
    }
}
