//! The measured operations, written once for every way of measuring.

pub mod flows;
pub mod ledger;
pub mod sandbox;
pub mod transport;
pub mod types;
pub mod webhook;
