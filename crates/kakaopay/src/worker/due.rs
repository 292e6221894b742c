//! Claims webhooks and due payments and processes them.

use std::sync::Arc;
use std::time::Duration;

use kakaopay_flows::Input;
use kakaopay_store::{ClaimRequest, Store};
use kakaopay_types::Reference;

use super::in_flight::InFlight;
use super::isolate::catch_panic;
use crate::driver::Engine;
use crate::error::Error;
use crate::handler::EventHandler;
use crate::inbox::Webhooks;
use crate::merchant::Merchant;

/// Lease of a claimed webhook or payment. Work starts as soon as it is claimed, and a
/// payment seldom needs more than one request of at most a minute. After that, another process may
/// claim it too; the journal then accepts only one writer.
const LEASE: Duration = Duration::from_secs(120);
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
        let mut tasks = InFlight::default();
        let claimed = self.claim_and_spawn(&mut tasks).await;
        while tasks.join_next().await.is_some() {
            self.spawn_waiting(&mut tasks);
        }
        let claimed = claimed?;
        Ok(RunReport { notifications: delivered + self.notify_all(&handler).await?, ..claimed })
    }

    /// Claims due payments and webhooks, and spawns tasks for them. Each kind has half of the places; what it does not
    /// need, the other may use.
    pub(super) async fn claim_and_spawn(&self, tasks: &mut InFlight) -> Result<RunReport, Error> {
        const HALF: usize = InFlight::MAX / 2;
        tasks.remove_ended();
        self.spawn_waiting(tasks);
        self.engine.ready().await?;
        let mut claimed = RunReport::default();
        let due_limit = HALF.saturating_sub(tasks.due_payments.len()).min(tasks.free());
        claimed.due_payments += self.spawn_due_payments(tasks, due_limit).await?;
        let webhook_limit = HALF.saturating_sub(tasks.webhooks.len()).min(tasks.free());
        claimed.webhooks += self.spawn_webhooks(tasks, webhook_limit).await?;
        // One that got less than its half has no more.
        if claimed.due_payments == due_limit {
            claimed.due_payments += self.spawn_due_payments(tasks, tasks.free()).await?;
        }
        if claimed.webhooks == webhook_limit {
            claimed.webhooks += self.spawn_webhooks(tasks, tasks.free()).await?;
        }
        Ok(claimed)
    }

    /// Claims up to `limit` due payments, and spawns a task for each. Returns their number.
    async fn spawn_due_payments(&self, tasks: &mut InFlight, limit: usize) -> Result<usize, Error> {
        if limit == 0 {
            return Ok(0);
        }
        let due_payments = self.engine.store.claim_due(ClaimRequest::new(LEASE, limit)).await?;
        let claimed = due_payments.len();
        for reference in due_payments {
            let engine = Arc::clone(&self.engine);
            tasks.due_payments.spawn(async move {
                let processed = catch_panic(engine.process_due(&reference)).await;
                log_failure(reference.as_str(), processed);
            });
        }
        Ok(claimed)
    }

    /// Claims up to `limit` webhooks, and spawns a task for those of each charge, unless one is in flight. Returns their
    /// number.
    async fn spawn_webhooks(&self, tasks: &mut InFlight, limit: usize) -> Result<usize, Error> {
        let limit = limit.min(tasks.webhooks.room());
        if limit == 0 {
            return Ok(0);
        }
        let store = self.engine.store_id().await?;
        let stored = self.engine.store.claim_events(ClaimRequest::new(LEASE, limit)).await?;
        let claimed = stored.len();
        for webhooks in Webhooks::group(stored, &store) {
            tasks.webhooks.add(webhooks);
        }
        self.spawn_waiting(tasks);
        Ok(claimed)
    }

    /// Spawns a task for the webhooks of each charge that has none in flight.
    fn spawn_waiting(&self, tasks: &mut InFlight) {
        for (charge, groups) in tasks.webhooks.take_ready() {
            let engine = Arc::clone(&self.engine);
            tasks.webhooks.spawn(async move {
                for webhooks in groups {
                    let processed = catch_panic(engine.process_webhooks(&webhooks)).await;
                    log_failure(webhooks.events.first().map_or("", |event| event.as_str()), processed);
                }
                charge
            });
        }
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
