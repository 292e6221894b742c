//! Support for tests of a whole shop.

pub mod as_of;
pub mod browser;
pub mod eventually;
pub mod fast_clock;
pub mod hold;
pub mod kill_shop;
pub mod known_account;
pub mod postgres_clock;
pub mod sandbox_client;
pub mod shop;
pub mod slow_reads;
pub mod store_model;
pub mod unsent;
pub mod virtual_shop;

pub use eventually::eventually;
pub use shop::{Shop, ShopBuilder};

/// The README's examples, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
