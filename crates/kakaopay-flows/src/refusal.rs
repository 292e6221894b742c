//! A rejection by the service, kept until its meaning is known.

use kakaopay_types::ApiError;
use serde::{Deserialize, Serialize};

/// A rejection by the service. After an attempt with an unknown outcome, that attempt may be its cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: Option<String>,
}

impl From<&ApiError> for Refusal {
    fn from(error: &ApiError) -> Self {
        Self { code: error.code.to_string(), message: error.message.clone().map(String::from) }
    }
}
