//! Parsing of requests into endpoints, for servers.

use std::fmt;

use super::contract::{Endpoint, Method};
use crate::params::Params;

/// An endpoint that can be parsed from a request.
pub trait FromRequest: Endpoint + Sized {
    /// Parses a request, whose parameters come from its query or its body. Returns `None` if the request
    /// is for another endpoint.
    ///
    /// Unknown parameters are ignored.
    ///
    /// # Errors
    /// [`InvalidRequest`] if the request is for this endpoint and a part of it is missing or invalid.
    fn from_request(method: Method, path: &str, params: &Params) -> Result<Option<Self>, InvalidRequest>;
}

/// A part of a request is missing or invalid. The error names the part and never repeats a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidRequest {
    name: &'static str,
    expected: &'static str,
}

impl InvalidRequest {
    pub(crate) fn new(name: &'static str, expected: &'static str) -> Self {
        Self { name, expected }
    }

    /// Name of the parameter, or of the part of the path.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Description of the valid value.
    #[must_use]
    pub fn expected(&self) -> &'static str {
        self.expected
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` must be {}", self.name, self.expected)
    }
}

impl std::error::Error for InvalidRequest {}
