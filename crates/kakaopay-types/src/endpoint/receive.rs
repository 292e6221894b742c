//! A request read back into the call it is: the receiving side.

use std::fmt;

use super::contract::{Endpoint, Method};
use crate::params::Params;

/// A call that can be read back from a request.
pub trait FromRequest: Endpoint + Sized {
    /// Reads a request, whose parameters come from its query or its body. `None` when it is another
    /// call.
    ///
    /// Parameters that the call does not have are passed over.
    ///
    /// # Errors
    /// [`InvalidRequest`] when it is this call, and something in it is missing or cannot be.
    fn from_request(method: Method, path: &str, params: &Params) -> Result<Option<Self>, InvalidRequest>;
}

/// Something in a request is missing or cannot be. It names the place and never repeats a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidRequest {
    name: &'static str,
    expected: &'static str,
}

impl InvalidRequest {
    pub(crate) fn new(name: &'static str, expected: &'static str) -> Self {
        Self { name, expected }
    }

    /// The parameter, or the part of the path.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it must be.
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
