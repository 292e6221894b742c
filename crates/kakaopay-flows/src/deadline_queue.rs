//! placeholder
/// x
#[derive(Debug)]
pub struct DeadlineQueue;
