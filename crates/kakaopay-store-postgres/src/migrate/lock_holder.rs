//! Sessions that hold locks which a migration waits for.

use std::fmt;
use std::time::Duration;

/// A session that holds a lock which a migration waits for, as far as the user may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockHolder {
    /// Process on the server.
    pub pid: i32,
    /// Name of its application; of the kind of process, if it gave none.
    pub application: String,
    /// Its user.
    pub user: String,
    /// State of the session, such as `idle in transaction`. `None` if the user may not see it.
    pub state: Option<String>,
    /// How long its transaction has lasted. `None` if the user may not see it.
    pub lasted: Option<Duration>,
}

impl fmt::Display for LockHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} ({}, user {}", self.pid, self.application, self.user)?;
        self.state.iter().try_for_each(|state| write!(f, ", {state}"))?;
        self.lasted.iter().try_for_each(|lasted| write!(f, ", for {} s", lasted.as_secs()))?;
        write!(f, ")")
    }
}
