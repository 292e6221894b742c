//! The sandbox without a socket.

mod account;
mod any;
mod api;
mod buyer;
mod charges;
mod common;
mod faults;
mod lists;
mod loopback;
mod manners;
mod refunds;
mod rejections;
mod saved;
mod search;
mod snapshots;
mod versions;
mod webhooks;
