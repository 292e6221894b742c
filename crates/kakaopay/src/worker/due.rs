//! Webhooks and deadlines: what moves payments on.

use std::sync::Arc;

use kakaopay_flows::Input;
use kakaopay_ledger::{Lease, Store};
use kakaopay_types::Reference;
use tokio::task::JoinSet;

use crate::engine::Engine;
use crate::error::Error;
use crate::handler::Handler;
use crate::merchant::Merchant;

/// For how long what is claimed is nobody else's, in seconds. All that is claimed is begun at once,
/// and one payment seldom needs more than one request, which may take a minute. Should it need
/// longer, somebody else looks too, and the journal lets one of them write.
const LEASE_SECONDS: i64 = 120;
/// Most payments moved on at once.
pub(crate) const MOST: usize = 32;

/// What one pass has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Worked {
    /// Webhooks that were looked into.
    pub webhooks: usize,
    /// Payments whose deadline had come.
    pub deadlines: usize,
    /// Events the merchant's handler has taken.
    pub told: usize,
}

impl Worked {
    /// Whether there was anything to do.
    #[must_use]
    pub fn any(self) -> bool {
        self != Self::default()
    }
}

impl<S: Store> Merchant<S> {
    /// Does all that waits by now, once, and says what it was. [`Merchant::run`] does better by not waiting
    /// for the slowest; a test with a clock of its own may call this.
    ///
    /// # Errors
    /// Trouble with the store. What one payment meets does not stop the others.
    pub async fn work(&self, handler: &impl Handler) -> Result<Worked, Error> {
        // What is known is told first: however slow the service is, it does not hold that up.
        let told = self.tell_all(handler).await?;
        let mut tasks = JoinSet::new();
        let claimed = self.begin(&mut tasks).await;
        while let Some(ended) = tasks.join_next().await {
            // A payment whose task has panicked comes back when its lease ends.
            drop(ended);
        }
        let claimed = claimed?;
        Ok(Worked { told: told + self.tell_all(handler).await?, ..claimed })
    }

    /// Claims what waits, as much as there is room for, and begins it.
    pub(crate) async fn begin(&self, tasks: &mut JoinSet<()>) -> Result<Worked, Error> {
        let most = MOST.saturating_sub(tasks.len());
        let now = self.now();
        let lease = |limit| Lease { now, until: now.saturating_add_seconds(LEASE_SECONDS), limit };
        let mut worked = Worked::default();
        for stored in self.engine.store.claim_events(lease(most)).await? {
            worked.webhooks += 1;
            let engine = Arc::clone(&self.engine);
            tasks.spawn(async move { logged(engine.work_off(&stored).await) });
        }
        let rest = most.saturating_sub(worked.webhooks);
        if rest == 0 {
            return Ok(worked);
        }
        for due in self.engine.store.claim_due(lease(rest)).await? {
            worked.deadlines += 1;
            let engine = Arc::clone(&self.engine);
            tasks.spawn(async move { logged(engine.wake(&due.reference).await) });
        }
        Ok(worked)
    }
}

impl<S: Store> Engine<S> {
    /// A payment's deadline has come.
    async fn wake(&self, reference: &Reference) -> Result<(), Error> {
        let told = self.tell(reference, &Input::Tick).await?;
        self.pursue(told).await.map(drop)
    }
}

/// One payment's trouble is its own: its deadline or its lease brings it back.
fn logged(result: Result<(), Error>) {
    if let Err(error) = result {
        tracing::error!(%error, "a payment cannot be moved on now");
    }
}
