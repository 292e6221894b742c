//! The source object of version 2017-11-02.

use kakaopay_types::SourceId;
use serde::Serialize;

use crate::object::{Shape, SourceObject};

/// The source object of version 2017-11-02, with six members.
#[derive(Debug, Serialize)]
pub(crate) struct Source<'a> {
    object: &'static str,
    id: &'a SourceId,
    r#type: &'static str,
    flow: &'static str,
    amount: i64,
    currency: String,
}

impl Shape for SourceObject {
    type Old<'a> = Source<'a>;

    fn old(&self) -> Source<'_> {
        Source {
            object: self.object,
            id: &self.id,
            r#type: self.r#type,
            flow: self.flow,
            amount: self.amount,
            currency: self.currency.as_str().to_ascii_lowercase(),
        }
    }
}
