//! Descriptions of calls: purpose, request and response.

use crate::openapi::parameter::Query;

/// A description of a call: purpose, request and response.
#[derive(Debug)]
pub(in crate::openapi) struct Description {
    /// Name of the call in its route table.
    pub(in crate::openapi) name: &'static str,
    pub(in crate::openapi) says: &'static str,
    pub(in crate::openapi) query: &'static [Query],
    pub(in crate::openapi) body: Body,
    pub(in crate::openapi) good: Good,
    /// Follow-up calls, whose path parameters are in the response.
    pub(in crate::openapi) leads: &'static [Lead],
    /// Error statuses besides those that all calls of the table share.
    pub(in crate::openapi) refusals: &'static [u16],
}

/// The request body, by the name of its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::openapi) enum Body {
    None,
    /// An optional form or JSON object.
    Either(&'static str),
    /// A required form or JSON object.
    Needed(&'static str),
    Json(&'static str),
    Form(&'static str),
}

/// The successful response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::openapi) enum Good {
    /// An API object in the shape of the version.
    Object(&'static str),
    /// An API object that version 2017-11-02 does not have.
    Newer(&'static str),
    /// None: KakaoPay does not support the call.
    Never,
    /// Other JSON.
    Json(&'static str),
    /// Another media type.
    Media(&'static str),
    /// A page, or a redirect to the next one.
    Led,
}

/// A follow-up call, and the places of its path parameters in the response.
pub(in crate::openapi) type Lead = (&'static str, &'static [(&'static str, &'static str)]);

/// Describes a call with default properties.
pub(super) const fn describe(name: &'static str, says: &'static str, good: Good) -> Description {
    Description { name, says, query: &[], body: Body::None, good, leads: &[], refusals: &[] }
}

impl Description {
    pub(super) const fn named(self, name: &'static str, says: &'static str) -> Self {
        Self { name, says, ..self }
    }

    pub(super) const fn with_query(self, query: &'static [Query]) -> Self {
        Self { query, ..self }
    }

    pub(super) const fn takes(self, body: Body) -> Self {
        Self { body, ..self }
    }

    pub(super) const fn leads(self, leads: &'static [Lead]) -> Self {
        Self { leads, ..self }
    }

    pub(super) const fn refuses(self, refusals: &'static [u16]) -> Self {
        Self { refusals, ..self }
    }
}
