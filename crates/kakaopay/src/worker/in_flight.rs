//! The tasks in flight: due payments, and the webhooks of each charge.

use std::collections::{BTreeMap, BTreeSet};

use kakaopay_store::Held;
use kakaopay_types::ChargeId;
use tokio::task::{JoinError, JoinSet};

use crate::inbox::Webhooks;

/// Maximum number of claimed webhooks that wait for others of their charges. Their leases are renewed meanwhile.
const MAX_WAITING: usize = 10_000;

/// The tasks in flight, at most [`MAX`](Self::MAX).
#[derive(Debug, Default)]
pub(super) struct InFlight {
    pub(super) due_payments: JoinSet<()>,
    pub(super) webhooks: WebhookTasks,
}

impl InFlight {
    /// Maximum number of tasks at once, each with the work of one payment.
    pub(super) const MAX: usize = 32;

    /// Number of tasks that may still be spawned.
    pub(super) fn free(&self) -> usize {
        Self::MAX.saturating_sub(self.webhooks.len().saturating_add(self.due_payments.len()))
    }

    /// Removes the tasks that have ended, so that their places are free.
    pub(super) fn remove_ended(&mut self) {
        while self.due_payments.try_join_next().is_some() {}
        while let Some(ended) = self.webhooks.tasks.try_join_next() {
            self.webhooks.end(ended);
        }
    }

    /// Waits until a task ends. Returns `None` if there is none.
    pub(super) async fn join_next(&mut self) -> Option<()> {
        tokio::select! {
            biased;
            Some(_) = self.due_payments.join_next() => Some(()),
            Some(ended) = self.webhooks.tasks.join_next() => {
                self.webhooks.end(ended);
                Some(())
            }
            else => None,
        }
    }
}

/// The tasks that process webhooks: one for each charge, so that a flood about a charge whose reads are slow occupies
/// one place. Webhooks that name no charge share one.
#[derive(Debug, Default)]
pub(super) struct WebhookTasks {
    tasks: JoinSet<Option<ChargeId>>,
    /// The charges of the tasks.
    busy: BTreeSet<Option<ChargeId>>,
    /// Claimed webhooks that wait for a task.
    waiting: BTreeMap<Option<ChargeId>, Vec<Webhooks>>,
}

impl WebhookTasks {
    /// Number of tasks in flight.
    pub(super) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Number of webhooks that may still be claimed.
    pub(super) fn room(&self) -> usize {
        let waiting = self.waiting.values().flatten().map(|webhooks| webhooks.events.len());
        MAX_WAITING.saturating_sub(waiting.sum())
    }

    /// Adds claimed webhooks to those that wait.
    pub(super) fn add(&mut self, webhooks: Webhooks) {
        let groups = self.waiting.entry(webhooks.charge().cloned()).or_default();
        let left = groups.iter_mut().try_fold(webhooks, |webhooks, group| group.merge(webhooks).ok_or(()));
        groups.extend(left.ok());
    }

    /// Takes the webhooks that wait for no task, by their charge. A task must be spawned for each.
    pub(super) fn take_ready(&mut self) -> Vec<(Option<ChargeId>, Vec<Webhooks>)> {
        let ready: Vec<_> =
            self.waiting.keys().filter(|charge| !self.busy.contains(*charge)).cloned().collect();
        self.busy.extend(ready.iter().cloned());
        ready.into_iter().filter_map(|charge| self.waiting.remove_entry(&charge)).collect()
    }

    /// Drops the webhooks that wait for a task, and returns their rows.
    pub(super) fn drop_waiting(&mut self) -> Vec<Held> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.into_values().flatten().flat_map(Webhooks::end).collect()
    }

    /// The task of a charge has ended. It catches the panics of its work, and is cancelled only with the runtime.
    fn end(&mut self, ended: Result<Option<ChargeId>, JoinError>) {
        if let Ok(charge) = ended {
            self.busy.remove(&charge);
        }
    }

    /// Spawns the task of a charge, which it returns at its end.
    pub(super) fn spawn(&mut self, work: impl Future<Output = Option<ChargeId>> + Send + 'static) {
        self.tasks.spawn(work);
    }
}
