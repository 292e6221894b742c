//! Refunds: each a machine of its own inside its payment.

mod judge;
mod listed;
mod machine;
mod order;
mod record;
mod step;

pub use machine::{Refund, RefundState, Withdrawal};
pub use order::{AfterWindow, RefundOrder};
pub use record::RefundRecord;

pub(crate) use listed::{answered as listed, settled};
pub(crate) use step::{answered, list, list_foreign, look, open, resume};
