//! The client.

use std::fmt::Debug;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower_service::Service;

use crate::response::TestResponse;

/// Content type of a form.
const FORM: &str = "application/x-www-form-urlencoded";
/// Content type of JSON.
const JSON: &str = "application/json";

/// Calls a service with the keys of an account. It must not be used on a thread that runs a tokio runtime.
/// Each method panics as [`TestClient::request`] does.
#[derive(Debug)]
pub struct TestClient<S> {
    service: S,
    public_key: String,
    secret_key: String,
}

impl<S, B> TestClient<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error: Debug>,
    B: Body<Error: Debug>,
{
    /// Creates a client of a service.
    #[must_use]
    pub fn new(service: S, public_key: &str, secret_key: &str) -> Self {
        Self { service, public_key: public_key.to_owned(), secret_key: secret_key.to_owned() }
    }

    /// The account's secret key.
    #[must_use]
    pub fn secret_key(&self) -> String {
        self.secret_key.clone()
    }

    /// Sends a form with the public key.
    #[track_caller]
    pub fn public(&mut self, method: &str, path: &str, form: &str) -> TestResponse {
        let user = format!("{}:", self.public_key);
        self.as_user(&user, method, path, form)
    }

    /// Sends a form with the secret key.
    #[track_caller]
    pub fn secret(&mut self, method: &str, path: &str, form: &str) -> TestResponse {
        let user = format!("{}:", self.secret_key);
        self.as_user(&user, method, path, form)
    }

    /// Sends JSON with the public key.
    #[track_caller]
    pub fn public_json(&mut self, method: &str, path: &str, json: &str) -> TestResponse {
        let user = basic(&format!("{}:", self.public_key));
        self.send(Some(&user), method, path, "application/json; charset=utf8", json.as_bytes())
    }

    /// Sends JSON with the secret key.
    #[track_caller]
    pub fn secret_json(&mut self, method: &str, path: &str, json: &str) -> TestResponse {
        self.secret_bytes(method, path, JSON, json.as_bytes())
    }

    /// Sends any body with the secret key.
    #[track_caller]
    pub fn secret_bytes(
        &mut self,
        method: &str,
        path: &str,
        content_type: &str,
        body: &[u8],
    ) -> TestResponse {
        let user = basic(&format!("{}:", self.secret_key));
        self.send(Some(&user), method, path, content_type, body)
    }

    /// Sends a form with these credentials, in the form `USER:PASSWORD`.
    #[track_caller]
    pub fn as_user(&mut self, user: &str, method: &str, path: &str, form: &str) -> TestResponse {
        self.authorized(&basic(user), method, path, form)
    }

    /// Sends a form with this `Authorization` header.
    #[track_caller]
    pub fn authorized(&mut self, authorization: &str, method: &str, path: &str, form: &str) -> TestResponse {
        self.send(Some(authorization), method, path, FORM, form.as_bytes())
    }

    /// Sends an empty request without a key.
    #[track_caller]
    pub fn without_key(&mut self, method: &str, path: &str) -> TestResponse {
        self.send(None, method, path, JSON, b"")
    }

    /// Creates a source of SGD 1500 and returns its id.
    #[track_caller]
    pub fn source(&mut self) -> String {
        let form = "amount=150000&currency=SGD&type=kakaopay&platform_type=WEB";
        id(&self.public("POST", "/sources", form))
    }

    /// Creates a charge of SGD 1500 and returns its id.
    #[track_caller]
    pub fn charge(&mut self) -> String {
        let form = "amount=150000&currency=SGD&return_uri=https://example.com/done&source[type]=kakaopay";
        id(&self.secret("POST", "/charges", form))
    }

    /// Sends a body with the secret key and these headers; the default content type is JSON.
    ///
    /// # Panics
    /// If the request is invalid, the service returns an error, or the response breaks off.
    #[track_caller]
    pub fn with_headers(
        &mut self,
        method: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> TestResponse {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("authorization", basic(&format!("{}:", self.secret_key)));
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", JSON);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.request(request.body(Full::from(body.as_bytes().to_vec())).expect("a request"))
    }

    /// Sends a request as it is.
    ///
    /// # Panics
    /// If the request is invalid, the service returns an error, or the response breaks off.
    #[track_caller]
    pub fn request(&mut self, request: Request<Full<Bytes>>) -> TestResponse {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let response = self.service.call(request).await.expect("a response");
            let (parts, body) = response.into_parts();
            let body = body.collect().await.expect("a whole body").to_bytes();
            TestResponse {
                status: parts.status.as_u16(),
                headers: parts.headers,
                text: String::from_utf8(body.to_vec()).expect("text"),
            }
        })
    }

    #[track_caller]
    fn send(
        &mut self,
        authorization: Option<&str>,
        method: &str,
        path: &str,
        content_type: &str,
        body: &[u8],
    ) -> TestResponse {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", content_type);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        self.request(request.body(Full::from(body.to_vec())).expect("a request"))
    }
}

/// Returns the header of basic authentication.
fn basic(user: &str) -> String {
    format!("Basic {}", STANDARD.encode(user))
}

#[track_caller]
fn id(created: &TestResponse) -> String {
    created.ok()["id"].as_str().expect("an id").to_owned()
}
