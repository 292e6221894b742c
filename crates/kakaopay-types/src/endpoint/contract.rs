//! What every call has.

use std::fmt;

use crate::decode::Decode;
use crate::params::Params;

/// One call of the API as a value.
///
/// Its parameters go into the query of a [`Method::Get`] and into the body of any other, as a form
/// or as JSON, both made from [`Endpoint::params`].
pub trait Endpoint {
    /// Which key may make the call: [`AnyKey`](crate::AnyKey) or [`SecretOnly`](crate::SecretOnly).
    type Access;
    /// Whether it changes anything: [`Read`] or [`Mutation`].
    type Effect: Effect;
    /// What comes back.
    type Response: Decode;

    /// Names the call in logs and errors, such as `charges.create`.
    const OPERATION: &'static str;
    /// The HTTP method.
    const METHOD: Method;

    /// The path on the API's host, with `{}` for each id in it.
    const PATH: &'static str;

    /// The path on the API's host, from the `/`.
    fn path(&self) -> String;

    /// The parameters, in the order of the API's documentation.
    fn params(&self) -> Params {
        Params::new()
    }
}

/// A call that is only lent, for one that is made more than once.
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
    /// Creates or acts.
    Post,
    /// Changes members.
    Patch,
}

impl Method {
    /// The method as HTTP writes it.
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

/// Whether a call changes anything, as a type.
pub trait Effect {
    /// Whether sending it twice is the same as sending it once.
    const IDEMPOTENT: bool;
}

/// The call only reads: it may be sent again.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_enums, reason = "has no values")]
pub enum Read {}

/// The call changes something. The API has no idempotency key, so it must not be sent again when
/// its answer is unknown.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_enums, reason = "has no values")]
pub enum Mutation {}

impl Effect for Read {
    const IDEMPOTENT: bool = true;
}

impl Effect for Mutation {
    const IDEMPOTENT: bool = false;
}
