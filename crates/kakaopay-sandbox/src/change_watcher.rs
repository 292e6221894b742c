//! Notification of changes in a sandbox.

use tokio::sync::watch;

use crate::clock::Setting;
use crate::sandbox::Sandbox;

/// Waits for changes in a sandbox, so that they can be shown or saved. Created by [`Sandbox::watch_changes`].
#[derive(Debug)]
pub struct ChangeWatcher {
    revision: watch::Receiver<u64>,
    clock: watch::Receiver<Setting>,
}

impl Sandbox {
    /// Returns a watcher for all later changes.
    #[must_use]
    pub fn watch_changes(&self) -> ChangeWatcher {
        ChangeWatcher { revision: self.revision(), clock: self.clock().watched() }
    }
}

impl ChangeWatcher {
    /// Waits for a change since the watcher was created or last returned: a request, a webhook, a setting or a clock
    /// change. Several changes are reported once. Returns `false` once the sandbox is dropped.
    ///
    /// Cancel-safe: the next call reports a change that this call did not report.
    pub async fn changed(&mut self) -> bool {
        tokio::select! {
            biased;
            changed = self.revision.changed() => changed.is_ok(),
            changed = self.clock.changed() => changed.is_ok(),
        }
    }

    /// Number of requests, webhooks and settings so far. Marks them as reported.
    pub fn revision(&mut self) -> u64 {
        self.clock.mark_unchanged();
        *self.revision.borrow_and_update()
    }
}
