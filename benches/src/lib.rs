//! What the benchmarks measure, written once for all the ways of measuring it.

pub mod flows;
pub mod ledger;
pub mod sandbox;
pub mod transport;
pub mod types;
pub mod webhook;
