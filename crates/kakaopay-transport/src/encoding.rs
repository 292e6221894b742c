//! The encoding of request bodies.

use bytes::Bytes;
use http::HeaderValue;
use kakaopay_types::Params;

/// Encoding of request bodies. The service accepts both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// `application/x-www-form-urlencoded`, like the guide's examples.
    #[default]
    Form,
    /// `application/json`.
    Json,
}

impl Encoding {
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Form => "application/x-www-form-urlencoded",
            Self::Json => "application/json",
        })
    }

    pub(crate) fn encode(self, params: &Params) -> Bytes {
        match self {
            Self::Form => params.to_form().into(),
            Self::Json => params.to_json().into(),
        }
    }
}
