//! One server for all the tests of a process.

use std::sync::OnceLock;

use crate::cluster::Cluster;
use crate::setup::Setup;

/// The server of this process, started by the first caller; `None` where PostgreSQL is not
/// installed.
///
/// # Panics
/// When a server is there and cannot be started, or is required and not there.
pub fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start(Setup::new())).as_ref()
}
