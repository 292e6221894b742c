//! Failures of charges: codes, retry advice and buyer messages.

mod advice;
mod code;
mod explanation;

pub use advice::{Party, RetryAdvice};
pub use code::FailureCode;
pub use explanation::{InvalidLanguage, Language};
