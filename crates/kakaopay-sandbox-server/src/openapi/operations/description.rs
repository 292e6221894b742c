//! An entry: what a call is for, what it takes, and what it answers.

use crate::openapi::parameter::Query;

/// What a call is for, what it takes, and what it answers.
#[derive(Debug)]
pub(in crate::openapi) struct Description {
    /// Its name in the table.
    pub(in crate::openapi) name: &'static str,
    pub(in crate::openapi) says: &'static str,
    pub(in crate::openapi) query: &'static [Query],
    pub(in crate::openapi) body: Body,
    pub(in crate::openapi) good: Good,
    /// Calls that its answer says what is needed for.
    pub(in crate::openapi) leads: &'static [Lead],
    /// The statuses of its refusals, besides those that every call of its table has.
    pub(in crate::openapi) refusals: &'static [u16],
}

/// What a call takes, by the name of its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::openapi) enum Body {
    None,
    /// A form or JSON, or nothing at all.
    Either(&'static str),
    /// A form or JSON, in which something has to be.
    Needed(&'static str),
    Json(&'static str),
    Form(&'static str),
}

/// What is answered when all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::openapi) enum Good {
    /// An object of the API, in the shape of the version.
    Object(&'static str),
    /// An object that version 2017-11-02 does not have.
    Newer(&'static str),
    /// Nothing ever: what it asks for is not KakaoPay's.
    Never,
    /// JSON that is not the API's.
    Json(&'static str),
    /// Something else, in this media type.
    Media(&'static str),
    /// A page, or the way to another one.
    Led,
}

/// A call, and where in an answer the parts of its path are.
pub(in crate::openapi) type Lead = (&'static str, &'static [(&'static str, &'static str)]);

/// A call that takes and answers nothing out of the ordinary.
pub(super) const fn describe(name: &'static str, says: &'static str, good: Good) -> Description {
    Description { name, says, query: &[], body: Body::None, good, leads: &[], refusals: &[] }
}

impl Description {
    pub(super) const fn named(self, name: &'static str, says: &'static str) -> Self {
        Self { name, says, ..self }
    }

    pub(super) const fn asks(self, query: &'static [Query]) -> Self {
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
