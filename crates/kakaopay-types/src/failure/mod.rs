//! Why a charge failed, and what to tell whom.

mod advice;
mod code;
mod explanation;

pub use advice::{Party, RetryAdvice};
pub use code::FailureCode;
pub use explanation::{InvalidLanguage, Language};
