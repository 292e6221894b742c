//! What goes on beside the shop: deadlines, webhooks, and telling the merchant.

use std::sync::Arc;
use std::time::Duration;

use kakaopay_flows::{Event, Input};
use kakaopay_ledger::{ClaimedMessage, Lease, Store};
use kakaopay_types::Reference;

use crate::engine::Engine;
use crate::error::Error;
use crate::handler::Handler;
use crate::merchant::Merchant;

/// For how long what is claimed is nobody else's, in seconds. All that is claimed is begun at once,
/// and one payment seldom needs more than one request, which may take a minute. Should it need
/// longer, somebody else looks too, and the journal lets one of them write.
const LEASE_SECONDS: i64 = 120;
/// Most things of a kind claimed at once.
const BATCH: usize = 16;
/// How long to rest when nothing waits, in milliseconds: another process may bring something.
const REST_MILLIS: i64 = 30_000;
/// How long to rest when the store is in trouble.
const TROUBLED: Duration = Duration::from_secs(1);

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
    /// Does all that waits, again and again, until `shutdown` is ready; then finishes what it is
    /// doing and returns. Any number of processes may run at once on one store.
    ///
    /// Trouble is logged and tried again; nothing is given up.
    pub async fn run(&self, handler: impl Handler, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let rest = match self.work(&handler).await {
                Ok(worked) if worked.any() => Duration::ZERO,
                Ok(_) => self.until_next().await,
                Err(error) => {
                    tracing::error!(%error, "payments cannot be moved on; trying again");
                    TROUBLED
                }
            };
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                () = tokio::time::sleep(rest) => {}
                () = self.engine.bell.notified() => {}
            }
        }
    }

    /// Does all that waits by now, once, and says what it was. [`Merchant::run`] calls it; a test
    /// with a clock of its own may.
    ///
    /// # Errors
    /// Trouble with the store. What one payment meets does not stop the others.
    pub async fn work(&self, handler: &impl Handler) -> Result<Worked, Error> {
        // What is known is told first: however slow the service is, it does not hold that up.
        let mut worked = Worked { told: self.tell_all(handler).await?, ..Worked::default() };
        let mut tasks = Vec::new();
        for stored in self.engine.store.claim_events(self.lease()).await? {
            worked.webhooks += 1;
            let engine = Arc::clone(&self.engine);
            tasks.push(tokio::spawn(async move { logged(engine.work_off(&stored).await) }));
        }
        for due in self.engine.store.claim_due(self.lease()).await? {
            worked.deadlines += 1;
            let engine = Arc::clone(&self.engine);
            tasks.push(tokio::spawn(async move { logged(engine.wake(&due.reference).await) }));
        }
        for task in tasks {
            // A payment whose task has panicked comes back when its lease ends.
            let _ = task.await;
        }
        worked.told += self.tell_all(handler).await?;
        Ok(worked)
    }

    async fn tell_all(&self, handler: &impl Handler) -> Result<usize, Error> {
        let mut told = 0;
        for message in self.engine.store.claim_messages(self.lease()).await? {
            told += usize::from(self.tell_merchant(handler, &message).await?);
        }
        Ok(told)
    }

    async fn tell_merchant(&self, handler: &impl Handler, message: &ClaimedMessage) -> Result<bool, Error> {
        let Ok(event) = serde_json::from_slice::<Event>(&message.body) else {
            // A newer version has written it, and will tell it.
            tracing::error!(key = message.key, "an event is not known to this version: update it");
            return Ok(false);
        };
        if let Err(error) = handler.handle(&message.key, &event).await {
            tracing::warn!(key = message.key, error, "the handler failed; the event is told again");
            return Ok(false);
        }
        match self.engine.store.complete(&message.key, message.claim).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == kakaopay_ledger::StoreErrorKind::StaleClaim => {
                tracing::warn!(key = message.key, "the handler took longer than its lease");
                Ok(true)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn lease(&self) -> Lease {
        let now = self.now();
        Lease { now, until: now.saturating_add_seconds(LEASE_SECONDS), limit: BATCH }
    }

    /// How long until something waits.
    async fn until_next(&self) -> Duration {
        let Ok(next) = self.engine.store.next_wake().await else { return TROUBLED };
        let millis = next.map_or(REST_MILLIS, |next| next.millis_since(self.now()).clamp(1, REST_MILLIS));
        Duration::from_millis(millis.unsigned_abs())
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
