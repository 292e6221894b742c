//! Scheduled jobs: recurring work that one process does for all.

use std::time::Duration;

use kakaopay_store::{ClaimRequest, Store};

use super::isolate::catch_panic;
use crate::error::Error;
use crate::merchant::Merchant;

/// A recurring reconciliation.
struct Job {
    name: &'static str,
    /// Interval between two runs.
    every: Duration,
    /// Age of the oldest object to read at least, in seconds. It reads from the end of the last complete run if that
    /// is longer ago.
    back: i64,
}

const JOBS: [Job; 2] = [
    Job { name: "reconcile_hourly", every: Duration::from_secs(3_600), back: 3 * 3_600 },
    // A charge can be paid within seven days and refunded until the end of the day after that.
    Job { name: "reconcile_daily", every: Duration::from_secs(86_400), back: 10 * 86_400 },
];
/// Time after which another process may take over an unfinished job.
const LEASE: Duration = Duration::from_secs(600);

impl<S: Store> Merchant<S> {
    /// Runs the jobs that are due, until `is_stopping` returns `true`.
    pub(crate) async fn run_jobs(&self, is_stopping: &(dyn Fn() -> bool + Sync)) {
        for job in &JOBS {
            if is_stopping() {
                return;
            }
            match catch_panic(self.run_job(job, is_stopping)).await {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    tracing::error!(job = job.name, %error, "scheduled job failed; will retry")
                }
                None => tracing::error!(job = job.name, "scheduled job panicked; will retry"),
            }
        }
    }

    async fn run_job(&self, job: &Job, is_stopping: &(dyn Fn() -> bool + Sync)) -> Result<(), Error> {
        self.engine.ready().await?;
        if !self.engine.store.claim_job(job.name, ClaimRequest::new(LEASE, 1)).await? {
            return Ok(());
        }
        let gap = self.engine.gap(job.back).await?;
        let report = self.engine.reconcile(gap.from, is_stopping).await?;
        tracing::info!(
            job = job.name,
            events = report.events,
            missed_events = report.missed_events,
            charges = report.charges,
            payments_updated = report.payments_updated,
            orphaned_charges = report.orphaned_charges,
            failures = report.failures,
            complete = report.complete,
            "reconciliation finished",
        );
        if report.complete {
            self.engine.close_gap(gap).await?;
            self.engine.store.reschedule_job(job.name, job.every).await?;
        }
        Ok(())
    }
}
