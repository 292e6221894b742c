//! The peer of a connection.

use std::net::IpAddr;

/// The peer's IP address: an extension of each request that was received over a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);
