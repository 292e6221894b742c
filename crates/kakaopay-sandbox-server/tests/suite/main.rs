//! The sandbox with its pages, over HTTP.

mod bounds;
mod common;
mod control;
mod faults;
mod loopback;
mod openapi;
mod overview;
mod page;
mod script;
mod server;
mod shops;
mod state_file;
