//! Claims webhooks and due payments and processes them.

use std::sync::Arc;

use kakaopay_flows::Input;
use kakaopay_store::{ClaimRequest, DuePayment, Held, Store};
use kakaopay_types::Reference;
use tokio::time::Instant;

use super::in_flight::InFlight;
use super::isolate::catch_panic;
use crate::driver::{Engine, LEASE};
use crate::error::Error;
use crate::handler::EventHandler;
use crate::inbox::Webhooks;
use crate::merchant::Merchant;

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
        // Boxed so that the caller's future stays small.
        let work = Box::pin(self.work_once(&handler));
        self.engine.while_renewing(work).await
    }

    async fn work_once<H: EventHandler + 'static>(&self, handler: &Arc<H>) -> Result<RunReport, Error> {
        self.engine.ready().await?;
        // Pending notifications go first, so that a slow API does not delay them.
        let delivered = self.notify_all(handler).await?;
        let mut tasks = InFlight::default();
        let claimed = self.claim_and_spawn(&mut tasks).await;
        while tasks.join_next().await.is_some() {
            self.spawn_waiting(&mut tasks);
        }
        let claimed = claimed?;
        Ok(RunReport { notifications: delivered + self.notify_all(handler).await?, ..claimed })
    }

    /// Claims due payments and webhooks, and spawns tasks for them. Each kind has half of the places; what it does not
    /// need, the other may use.
    pub(super) async fn claim_and_spawn(&self, tasks: &mut InFlight) -> Result<RunReport, Error> {
        const HALF: usize = InFlight::MAX / 2;
        tasks.remove_ended();
        self.spawn_waiting(tasks);
        self.engine.store_id().await?;
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
        let since = Instant::now();
        let due_payments = self.engine.store.claim_due(ClaimRequest::new(LEASE, limit)).await?;
        let claimed = due_payments.len();
        for DuePayment { reference, claim, .. } in due_payments {
            let engine = Arc::clone(&self.engine);
            let lease = engine.leases.hold(Held::Payment(reference.clone(), claim), since);
            tasks.due_payments.spawn(async move {
                let processed = catch_panic(engine.process_due(&reference)).await;
                let row = lease.end();
                if !matches!(processed, Some(Ok(()))) {
                    log_failure(reference.as_str(), processed.as_ref());
                    engine.give_back(&[row], failure_of(processed.as_ref())).await;
                }
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
        let since = Instant::now();
        let stored = self.engine.store.claim_events(ClaimRequest::new(LEASE, limit)).await?;
        let claimed = stored.len();
        for webhooks in Webhooks::group(stored, &store, |row| self.engine.leases.hold(row, since)) {
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
                    let rows = webhooks.end();
                    if !matches!(processed, Some(Ok(true))) {
                        let item = charge.as_ref().map_or("webhooks of no charge", |charge| charge.as_str());
                        log_failure(item, processed.as_ref());
                        engine.give_back(&rows, failure_of(processed.as_ref())).await;
                    }
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

/// The error of work that did not panic.
fn failure_of<T>(processed: Option<&Result<T, Error>>) -> Option<&Error> {
    processed.and_then(|result| result.as_ref().err())
}

/// Logs the failure of one webhook or payment, which does not affect the others. It becomes due again.
fn log_failure<T>(item: &str, processed: Option<&Result<T, Error>>) {
    match processed {
        Some(Ok(_)) => {}
        Some(Err(error)) => tracing::error!(item, %error, "failed to process a payment; will retry"),
        None => tracing::error!(item, "processing of a payment panicked; will retry"),
    }
}
