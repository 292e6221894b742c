//! The buyer of a demo, as a browser without scripts.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{Request, StatusCode};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kakaopay::types::FailureCode;

use crate::failure::Failure;

/// The buyer of a demo.
#[derive(Debug)]
pub(crate) struct Buyer(Client<HttpConnector, Full<Bytes>>);

impl Buyer {
    pub(crate) fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build(HttpConnector::new()))
    }

    /// Opens the page, approves the payment or makes it fail, and returns the redirect's address.
    pub(crate) async fn decide(
        &self,
        authorize_uri: &str,
        failure: Option<&FailureCode>,
    ) -> Result<String, Failure> {
        let page = self.0.request(Request::get(authorize_uri).body(Full::default())?).await?;
        if page.status() != StatusCode::OK {
            return Err(Failure::from(format!(
                "the page at {authorize_uri} responded with {}",
                page.status()
            )));
        }
        let form = match failure {
            None => "outcome=successful".to_owned(),
            Some(code) => format!("outcome=failed&failure_code={code}"),
        };
        let request = Request::post(authorize_uri)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Full::from(form))?;
        let response = self.0.request(request).await?;
        let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        match location {
            Some(location) if response.status() == StatusCode::SEE_OTHER => Ok(location.to_owned()),
            _ => Err(Failure::from(format!("the page's form responded with {}", response.status()))),
        }
    }
}
