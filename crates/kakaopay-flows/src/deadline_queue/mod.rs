//! The deadlines of as many payments as there are.

mod queue;
#[cfg(test)]
mod tests;

pub use queue::DeadlineQueue;
