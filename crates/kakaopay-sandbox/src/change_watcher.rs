//! Learning of changes.

use tokio::sync::watch;

use crate::clock::Setting;
use crate::sandbox::Sandbox;

/// Learns of changes in a sandbox, so that it can be shown or stored anew. Made by [`Sandbox::watch_changes`].
#[derive(Debug)]
pub struct ChangeWatcher {
    revision: watch::Receiver<u64>,
    clock: watch::Receiver<Setting>,
}

impl Sandbox {
    /// A watcher of changes from now on.
    #[must_use]
    pub fn watch_changes(&self) -> ChangeWatcher {
        ChangeWatcher { revision: self.revision(), clock: self.clock().watched() }
    }
}

impl ChangeWatcher {
    /// Waits for a change since the watcher was made or last returned: a request, a webhook, a setting, or the
    /// clock being set. Changes in between are reported once. `false` once the sandbox is gone.
    ///
    /// Cancel-safe: a change that was not reported is reported by the next call.
    pub async fn changed(&mut self) -> bool {
        tokio::select! {
            biased;
            changed = self.revision.changed() => changed.is_ok(),
            changed = self.clock.changed() => changed.is_ok(),
        }
    }

    /// Number of requests, webhooks and settings so far. Changes up to now count as reported.
    pub fn revision(&mut self) -> u64 {
        self.clock.mark_unchanged();
        *self.revision.borrow_and_update()
    }
}
