//! The service's no, kept until it is known what it means.

use kakaopay_types::ApiError;
use serde::{Deserialize, Serialize};

/// The service's no.
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
