//! A system where no pooler is started: the tests that need one are left out.

use std::convert::Infallible;

use crate::cluster::Cluster;

/// A pooler, of which there is none on this system.
#[derive(Debug)]
pub struct Pooler(Infallible);

impl Pooler {
    /// `None`: there is no server to stand before.
    #[must_use]
    pub fn start(_: &Cluster, _: &str) -> Option<Self> {
        None
    }

    /// The port, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        match self.0 {}
    }
}
