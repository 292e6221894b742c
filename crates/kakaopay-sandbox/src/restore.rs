//! Snapshot, restore and reset.

use crate::sandbox::Sandbox;
use crate::snapshot::{RestoreError, SavedSandbox, Snapshot};

impl Sandbox {
    /// Returns a snapshot of everything except the keys.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let state = self.state();
        Snapshot::of(&state, self.clock().setting())
    }

    /// Replaces everything except the keys with a snapshot of this or another sandbox.
    ///
    /// # Errors
    /// [`RestoreError`] if the snapshot cannot be parsed or is inconsistent. Nothing is changed then.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        let (restored, clock) = snapshot.read()?;
        let mut state = self.state();
        state.replace_data(restored);
        self.clock().set_to(clock);
        drop(state);
        self.mark_changed();
        Ok(())
    }

    /// Returns to the state when the sandbox was built. The same identifiers are generated again.
    pub fn reset(&self) {
        self.count_reset();
        let restored = self.restore(self.initial());
        // The snapshot was written by this sandbox.
        debug_assert!(restored.is_ok(), "{restored:?}");
        self.clock().restart();
    }

    /// Saves everything that [`SandboxBuilder::build_from`](crate::SandboxBuilder::build_from) needs, keys included.
    #[must_use]
    pub fn save(&self) -> SavedSandbox {
        SavedSandbox {
            public_key: self.public_key().clone(),
            secret_key: self.secret_key().clone(),
            initial: self.initial().clone(),
            current: self.snapshot(),
        }
    }
}
