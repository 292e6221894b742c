//! The PostgreSQL store against the contract, and against what happens to servers and connections.

mod answers;
mod conformance;
mod durable;
mod migrations;
mod once;
mod proxy;
mod secrets;
mod shared;
mod support;
mod tls;
mod trouble;
