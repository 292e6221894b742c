//! Responses.

use http::HeaderMap;
use serde_json::Value;

/// A whole response.
#[derive(Debug)]
pub struct TestResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub text: String,
}

impl TestResponse {
    /// Parses the body as JSON.
    ///
    /// # Panics
    /// If it is not JSON.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("JSON")
    }

    /// Asserts success.
    ///
    /// # Panics
    /// If the status is not 200.
    #[track_caller]
    pub fn assert_ok(&self) {
        assert_eq!(self.status, 200, "{}", self.text);
    }

    /// Asserts success, and parses the body as JSON.
    ///
    /// # Panics
    /// If the status is not 200, or the body is not JSON.
    #[track_caller]
    pub fn ok(&self) -> Value {
        self.assert_ok();
        self.json()
    }

    /// Asserts an error object of the API with this status and code.
    ///
    /// # Panics
    /// If the response is another one.
    #[track_caller]
    pub fn assert_rejected(&self, status: u16, code: &str) {
        let error = self.json();
        assert_eq!((self.status, &error["object"], &error["code"]), (status, &"error".into(), &code.into()));
        let location = format!("https://www.omise.co/api-errors#{}", code.replace('_', "-"));
        assert_eq!(error["location"], location);
        assert!(error["message"].is_string());
    }
}
