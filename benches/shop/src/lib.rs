//! Whole shops in processes of their own, on one PostgreSQL database, with their buyers and their service.

mod counters;
mod market;
mod relay;
mod shop_process;
mod worker;

pub use market::{Costs, Market};
pub use worker::work;
