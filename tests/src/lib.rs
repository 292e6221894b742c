//! What the tests that span the crates share.

pub mod browser;
pub mod drive;
pub mod guide;
pub mod hold;
pub mod order;
pub mod sample;
pub mod shop;
pub mod table;
pub mod told;
pub mod world;

pub use drive::Driven;
pub use order::Order;
pub use shop::{Shop, ShopBuilder};

/// The README's examples, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
