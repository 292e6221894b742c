//! The server of the webhook endpoint against clients that mean it no good, over pipes in memory and
//! in time that is moved.

mod bounds;
mod flood;
mod order;
mod raw;
mod shop;
