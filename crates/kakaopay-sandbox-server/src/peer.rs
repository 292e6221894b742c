//! Who is at the other end of a connection.

use std::net::IpAddr;

/// The address at the other end of a request's connection: an extension of each request that came over one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);
