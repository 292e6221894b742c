//! What the tests that span the crates share.

#[cfg(feature = "shop")]
pub mod as_of;
#[cfg(feature = "shop")]
pub mod browser;
pub mod drive;
#[cfg(feature = "shop")]
pub mod fast_clock;
pub mod guide;
#[cfg(feature = "shop")]
pub mod hold;
#[cfg(feature = "shop")]
pub mod kill_shop;
pub mod order;
pub mod report;
pub mod sample;
#[cfg(feature = "shop")]
pub mod sandbox_client;
#[cfg(feature = "shop")]
pub mod shop;
#[cfg(feature = "shop")]
pub mod store_model;
pub mod table;
pub mod tables;
pub mod told;
#[cfg(feature = "shop")]
pub mod unsent;
pub mod world;

pub use drive::Driven;
pub use order::Order;
#[cfg(feature = "shop")]
pub use shop::{Shop, ShopBuilder};

/// The README's examples, compiled and run.
#[cfg(feature = "shop")]
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
