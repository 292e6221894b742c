//! All states of a payment and of its refund, and all inputs.

mod cell;
mod make;
mod payment;
mod refund;

pub use cell::{TimedInput, table};
pub use payment::{inputs, state_of, states};
pub use refund::{refund_inputs, refund_state_of, refund_states};
