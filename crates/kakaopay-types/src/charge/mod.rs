//! A charge: the attempt to be paid, and the only object that tells whether it was.

mod fees;
mod object;
mod outcome;
mod rate;

pub use fees::{PlatformFee, TransactionFees};
pub use object::{Charge, ChargeObject};
pub use outcome::Outcome;
pub use rate::Rate;
