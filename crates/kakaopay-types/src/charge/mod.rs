//! The charge: an attempt to collect a payment, and the only object that proves it was paid.

mod fees;
mod object;
mod outcome;
mod rate;

pub use fees::{PlatformFee, TransactionFees};
pub use object::{Charge, ChargeObject};
pub use outcome::Outcome;
pub use rate::Rate;
