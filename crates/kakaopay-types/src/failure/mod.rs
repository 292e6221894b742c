//! Failures of charges: codes, retry advice and buyer messages.

mod advice;
mod buyer_message;
mod code;
mod explanation;

pub use advice::{Party, RetryAdvice};
pub use buyer_message::BuyerMessage;
pub use code::FailureCode;
pub use explanation::{InvalidLanguage, Language};
