//! The sandbox with its pages, over HTTP.

mod common;
mod control;
mod faults;
mod limits;
mod loopback;
mod openapi;
mod overview;
mod page;
mod script;
mod server;
mod shops;
mod state_file;
