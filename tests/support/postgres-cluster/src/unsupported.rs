//! A system where no server is started: the tests that need one are left out.

use std::convert::Infallible;

use crate::installed::leave_out;
use crate::setup::Setup;

/// A server, of which there is none on this system.
#[derive(Debug)]
pub struct Cluster(Infallible);

impl Cluster {
    /// `None`, which is said in one line.
    ///
    /// # Panics
    /// When a server is required.
    #[must_use]
    pub fn start(_: Setup) -> Option<Self> {
        leave_out("none is started on this system");
        None
    }

    /// Starts a standby that streams from this server.
    #[must_use]
    pub fn standby(&self, _: &str) -> Self {
        match self.0 {}
    }

    /// How to reach a database of it over TCP, with its password and without TLS.
    #[must_use]
    pub fn tcp(&self, _: &str) -> String {
        match self.0 {}
    }

    /// How to reach a database of it over TCP by this name of the machine, with TLS.
    #[must_use]
    pub fn tcp_with_tls(&self, _: &str, _: &str) -> String {
        match self.0 {}
    }

    /// How to reach a database of it over its Unix socket, with its password.
    #[must_use]
    pub fn socket(&self, _: &str) -> String {
        match self.0 {}
    }

    /// The password, to look for where it must not be.
    #[must_use]
    pub fn password(&self) -> &'static str {
        match self.0 {}
    }

    /// The statements by which the small file system is used, filled and freed.
    #[must_use]
    pub fn small_disk(&self) -> crate::SmallDisk {
        match self.0 {}
    }

    /// Dumps the database and restores it on another server.
    pub fn dump_into(&self, _: &Self) {
        match self.0 {}
    }

    /// The port, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        match self.0 {}
    }

    /// Kills every process of the server at once, as a loss of power would.
    pub fn kill(&self) {
        match self.0 {}
    }

    /// Ends the server in order, and everyone's connections with it.
    pub fn stop(&self) {
        match self.0 {}
    }

    /// Stops every process of the server, so that its connections stay open and nothing responds.
    pub fn freeze(&self) {
        match self.0 {}
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        match self.0 {}
    }

    /// Starts the server again, on the same data and port.
    pub fn start_again(&self) {
        match self.0 {}
    }
}
