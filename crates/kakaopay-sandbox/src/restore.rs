//! Taking and restoring snapshots.

use crate::sandbox::Sandbox;
use crate::snapshot::{RestoreError, SavedSandbox, Snapshot};

impl Sandbox {
    /// Everything but the keys.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let state = self.state();
        Snapshot::of(&state, self.clock().setting())
    }

    /// Replaces everything but the keys by a snapshot, of this sandbox or of another.
    ///
    /// # Errors
    /// [`RestoreError`] if it cannot be read or contradicts itself. Nothing was changed then.
    pub fn restore(&self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        let (restored, clock) = snapshot.read()?;
        let mut state = self.state();
        state.take_over(restored);
        self.clock().set_to(clock);
        drop(state);
        self.mark_changed();
        Ok(())
    }

    /// Returns to the state when the sandbox was built. It makes the same identifiers again.
    pub fn reset(&self) {
        self.count_reset();
        let restored = self.restore(self.initial());
        // This sandbox wrote it.
        debug_assert!(restored.is_ok(), "{restored:?}");
        self.clock().begin_again();
    }

    /// Everything that [`SandboxBuilder::build_from`](crate::SandboxBuilder::build_from) needs to go on, keys
    /// included.
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
