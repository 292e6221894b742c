//! The PostgreSQL store against the contract, and against failures of servers and connections.

mod altered;
mod answers;
mod blips;
mod conformance;
mod durable;
mod fail_over;
mod hosts;
mod migrations;
mod once;
mod pooling;
mod proxy;
mod secrets;
mod shared;
mod standby_away;
mod support;
mod time;
mod tls;
mod trouble;
mod two_primaries;
mod words;
