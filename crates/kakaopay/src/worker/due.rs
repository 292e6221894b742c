//! Claims webhooks and due payments and processes them.

use std::sync::Arc;
use std::time::Duration;

use kakaopay_flows::Input;
use kakaopay_store::{ClaimRequest, Store};
use kakaopay_types::Reference;
use tokio::task::JoinSet;

use super::isolate::catch_panic;
use crate::driver::Engine;
use crate::error::Error;
use crate::handler::EventHandler;
use crate::merchant::Merchant;

/// Lease of a claimed webhook or payment. Work starts as soon as it is claimed, and a
/// payment seldom needs more than one request of at most a minute. After that, another process may
/// claim it too; the journal then accepts only one writer.
const LEASE: Duration = Duration::from_secs(120);
/// Maximum number of payments processed concurrently.
pub(crate) const MAX_IN_FLIGHT: usize = 32;

/// Counts of the work done by one call of [`Merchant::run_once`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// Webhooks claimed for processing.
    pub webhooks: usize,
    /// Payments whose deadline had passed.
    pub due_payments: usize,
    /// Notifications that the handler accepted.
    pub notifications: usize,
}

impl RunReport {
    /// Whether any work was done.
    #[must_use]
    pub fn any(self) -> bool {
        self != Self::default()
    }
}

impl<S: Store> Merchant<S> {
    /// Does the work that is due now, once, and returns its counts. Meant for tests with their own
    /// clock: unlike [`Merchant::run`], it waits for the slowest payment and the slowest handler call.
    ///
    /// # Errors
    /// [`Error::Store`] if the store fails. An error of one payment is logged and does not stop the
    /// others.
    pub async fn run_once<H>(&self, handler: &H) -> Result<RunReport, Error>
    where
        H: EventHandler + Clone + 'static,
    {
        let handler = Arc::new(handler.clone());
        // Pending notifications go first, so that a slow API does not delay them.
        let delivered = self.notify_all(&handler).await?;
        let mut tasks = JoinSet::new();
        let claimed = self.claim_and_spawn(&mut tasks).await;
        while tasks.join_next().await.is_some() {}
        let claimed = claimed?;
        Ok(RunReport { notifications: delivered + self.notify_all(&handler).await?, ..claimed })
    }

    /// Claims webhooks, then due payments, up to [`MAX_IN_FLIGHT`] tasks, and spawns a task for each.
    pub(crate) async fn claim_and_spawn(&self, tasks: &mut JoinSet<()>) -> Result<RunReport, Error> {
        let free = MAX_IN_FLIGHT.saturating_sub(tasks.len());
        let claim = |limit| ClaimRequest::new(LEASE, limit);
        let mut claimed = RunReport::default();
        for stored in self.engine.store.claim_events(claim(free)).await? {
            claimed.webhooks += 1;
            let engine = Arc::clone(&self.engine);
            tasks.spawn(async move {
                let processed = catch_panic(engine.process_webhook(&stored)).await;
                log_failure(stored.event.as_str(), processed);
            });
        }
        let free = free.saturating_sub(claimed.webhooks);
        if free == 0 {
            return Ok(claimed);
        }
        for reference in self.engine.store.claim_due(claim(free)).await? {
            claimed.due_payments += 1;
            let engine = Arc::clone(&self.engine);
            tasks.spawn(async move {
                let processed = catch_panic(engine.process_due(&reference)).await;
                log_failure(reference.as_str(), processed);
            });
        }
        Ok(claimed)
    }
}

impl<S: Store> Engine<S> {
    /// Processes a payment whose deadline has passed.
    async fn process_due(&self, reference: &Reference) -> Result<(), Error> {
        let applied = self.apply_input(reference, &Input::Timeout).await?;
        self.drive(applied).await.map(drop)
    }
}

/// Logs the failure of one webhook or payment, which does not affect the others. Its deadline or lease makes it
/// due again.
fn log_failure(item: &str, processed: Option<Result<(), Error>>) {
    match processed {
        Some(Ok(())) => {}
        Some(Err(error)) => tracing::error!(item, %error, "failed to process a payment; will retry"),
        None => tracing::error!(item, "processing of a payment panicked; will retry"),
    }
}
