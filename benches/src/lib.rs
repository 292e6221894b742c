//! The measured operations, written once for every way of measuring.

pub mod flows;
pub mod sandbox;
pub mod store;
pub mod transport;
pub mod types;
pub mod webhook;
