//! What the tests that span the crates share.

pub mod drive;
pub mod guide;
pub mod order;

pub use drive::Driven;
pub use order::Order;
