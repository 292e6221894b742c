//! The `Endpoint` trait.

use std::fmt;

use crate::decode::Decode;
use crate::params::Params;

/// A request to the API as a value.
///
/// Its parameters are sent in the query of a [`Method::Get`] and otherwise in the body, as a form or
/// as JSON; both encodings come from [`Endpoint::params`].
pub trait Endpoint {
    /// The key that is required: [`AnyKey`](crate::AnyKey) or [`SecretOnly`](crate::SecretOnly).
    type Access;
    /// The effect: [`Read`] or [`Mutation`].
    type Effect: Effect;
    /// The type of the response.
    type Response: Decode;

    /// Name in logs and errors, such as `charges.create`.
    const OPERATION: &'static str;
    /// The HTTP method.
    const METHOD: Method;

    /// Path on the API's host, with `{}` for each id.
    const PATH: &'static str;

    /// Returns the path on the API's host, from the `/`.
    fn path(&self) -> String;

    /// Returns the parameters, in the order of the API's documentation.
    fn params(&self) -> Params {
        Params::new()
    }
}

/// A borrowed endpoint, for requests that are sent more than once.
impl<E: Endpoint> Endpoint for &E {
    type Access = E::Access;
    type Effect = E::Effect;
    type Response = E::Response;

    const OPERATION: &'static str = E::OPERATION;
    const METHOD: Method = E::METHOD;
    const PATH: &'static str = E::PATH;

    fn path(&self) -> String {
        E::path(self)
    }

    fn params(&self) -> Params {
        E::params(self)
    }
}

/// An HTTP method the API uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "each match must send every method")]
pub enum Method {
    /// Reads.
    Get,
    /// Creates an object or performs an action.
    Post,
    /// Changes members.
    Patch,
}

impl Method {
    /// Returns the method's name in HTTP.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The effect of a request, as a type.
pub trait Effect {
    /// Whether sending it twice has the same effect as sending it once.
    const IDEMPOTENT: bool;
}

/// The request only reads: it can be retried.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_enums, reason = "has no values")]
pub enum Read {}

/// The request changes something. The API has no idempotency key, so it must not be retried if the
/// outcome is unknown.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_enums, reason = "has no values")]
pub enum Mutation {}

impl Effect for Read {
    const IDEMPOTENT: bool = true;
}

impl Effect for Mutation {
    const IDEMPOTENT: bool = false;
}
