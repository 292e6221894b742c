//! The background worker: three loops until shutdown, and renewed leases.

use std::sync::Arc;
use std::time::Duration;

use kakaopay_store::Store;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use super::in_flight::InFlight;
use super::isolate::catch_panic;
use super::notify::{Delivered, delivered_of};
use crate::error::Error;
use crate::handler::EventHandler;
use crate::merchant::Merchant;

/// Longest sleep without due work. Another process may add work without waking this one.
const MAX_REST: Duration = Duration::from_secs(30);
/// Shortest sleep: work that is due may be the other loop's, or another process's by now. It doubles while that is so.
const MIN_REST: Duration = Duration::from_millis(20);
/// Longest such sleep.
const MAX_SHORT_REST: Duration = Duration::from_secs(1);
/// Sleep after a store error.
const ERROR_BACKOFF: Duration = Duration::from_secs(1);
/// Interval between two checks for due jobs.
const JOB_CHECK_INTERVAL: Duration = Duration::from_secs(60);

/// Becomes `true` at shutdown.
type Shutdown = watch::Receiver<bool>;

impl<S: Store> Merchant<S> {
    /// Runs the background worker until `shutdown` is ready: processes webhooks and due payments,
    /// delivers notifications to `handler`, and reconciles with the API every hour and every day.
    /// Any number of processes may run on one store.
    ///
    /// Each handler call runs in a task of its own: one that fails, panics or exceeds
    /// [its timeout](crate::MerchantBuilder::handler_timeout) delays no other payment and never ends `run`.
    ///
    /// At shutdown it starts nothing new, gives back what it has not begun, and waits for the requests and handler calls in flight. This takes
    /// no longer than the client's timeout or the handler's timeout, and while the store fails, some seconds and its
    /// own timeouts more. A killed process loses no work: another one takes it over and finds out the outcome of its
    /// requests.
    ///
    /// Errors are logged and retried without limit.
    pub async fn run(&self, handler: impl EventHandler + 'static, shutdown: impl Future<Output = ()>) {
        let handler = Arc::new(handler);
        let (stop, stopped) = watch::channel(false);
        let wait = async {
            shutdown.await;
            stop.send_replace(true);
        };
        // Boxed so that the caller's future stays small.
        let work = Box::pin(async {
            tokio::join!(
                wait,
                Box::pin(self.process_due_loop(stopped.clone())),
                Box::pin(self.notify_loop(&handler, stopped.clone())),
                Box::pin(self.job_loop(stopped)),
            );
        });
        self.engine.while_renewing(work).await;
    }

    /// Processes webhooks and due payments concurrently, each in its own task.
    async fn process_due_loop(&self, mut shutdown: Shutdown) {
        let (mut tasks, mut idle) = (InFlight::default(), Idle::default());
        while !*shutdown.borrow() {
            let rest = match catch_panic(self.claim_and_spawn(&mut tasks)).await {
                Some(Ok(claimed)) if !claimed.any() => self.until_next(&mut idle).await,
                Some(Ok(_)) => idle.end(),
                Some(Err(error)) => {
                    tracing::error!(%error, "failed to process due payments; retrying in 1 s");
                    ERROR_BACKOFF
                }
                None => log_claim_panic(),
            };
            let full = tasks.free() == 0;
            tokio::select! {
                biased;
                _ = shutdown.wait_for(|stop| *stop) => break,
                Some(()) = tasks.join_next() => {}
                () = tokio::time::sleep(rest), if !full => {}
                () = self.engine.wakers.due.notified(), if !full => {}
            }
        }
        let waiting = tasks.webhooks.drop_waiting();
        if !waiting.is_empty()
            && let Err(error) = self.engine.store.renew(&waiting, Duration::ZERO).await
        {
            tracing::debug!(%error, "failed to give webhooks back; they come again when their leases end");
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Delivers notifications, those of different payments concurrently.
    async fn notify_loop<H: EventHandler + 'static>(&self, handler: &Arc<H>, mut shutdown: Shutdown) {
        let (mut calls, mut idle) = (JoinSet::new(), Idle::default());
        while !*shutdown.borrow() {
            // One claim fills the places of all that have ended.
            while let Some(ended) = calls.try_join_next() {
                log_delivery(ended);
            }
            let rest = match catch_panic(self.claim_and_notify(handler, &mut calls)).await {
                Some(Ok(0)) => self.until_next(&mut idle).await,
                Some(Ok(_)) => idle.end(),
                Some(Err(error)) => {
                    log_delivery_error(&error);
                    ERROR_BACKOFF
                }
                None => log_claim_panic(),
            };
            let full = calls.len() >= self.engine.handler_limits.max_concurrent;
            tokio::select! {
                biased;
                _ = shutdown.wait_for(|stop| *stop) => break,
                Some(ended) = calls.join_next(), if !calls.is_empty() => log_delivery(ended),
                () = tokio::time::sleep(rest), if !full => {}
                () = self.engine.wakers.notify.notified(), if !full => {}
            }
        }
        while let Some(ended) = calls.join_next().await {
            log_delivery(ended);
        }
    }

    async fn job_loop(&self, mut shutdown: Shutdown) {
        while !*shutdown.borrow() {
            self.run_jobs(&|| *shutdown.borrow()).await;
            if let Err(error) = self.check_clock().await {
                tracing::debug!(%error, "failed to read the store's clock");
            }
            self.check_service_clock();
            tokio::select! {
                biased;
                _ = shutdown.wait_for(|stop| *stop) => break,
                () = tokio::time::sleep(JOB_CHECK_INTERVAL) => {}
            }
        }
    }

    /// Time until the next work is due, within the bounds above.
    async fn until_next(&self, idle: &mut Idle) -> Duration {
        let Some(Ok(next)) = catch_panic(self.engine.store.next_due_in()).await else { return ERROR_BACKOFF };
        idle.rest(next)
    }
}

/// How often in a row a loop has found nothing to claim.
#[derive(Debug, Default)]
struct Idle {
    claims: u32,
}

impl Idle {
    /// The loop has claimed something.
    fn end(&mut self) -> Duration {
        self.claims = 0;
        Duration::ZERO
    }

    /// How long to sleep after nothing was claimed and some work is due in `next`. It may be work of the other loop,
    /// which has no place for it now.
    fn rest(&mut self, next: Option<Duration>) -> Duration {
        let shortest = MIN_REST.saturating_mul(2_u32.saturating_pow(self.claims)).min(MAX_SHORT_REST);
        self.claims = self.claims.saturating_add(1);
        next.map_or(MAX_REST, |next| next.clamp(shortest, MAX_REST))
    }
}

/// Logs that the store panicked, and returns how long to wait.
fn log_claim_panic() -> Duration {
    tracing::error!("the store panicked; retrying in 1 s");
    ERROR_BACKOFF
}

fn log_delivery(ended: Result<Delivered, JoinError>) {
    if let Err(error) = delivered_of(ended) {
        log_delivery_error(&error);
    }
}

fn log_delivery_error(error: &Error) {
    tracing::error!(%error, "failed to deliver notifications; retrying");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f59_i8_a_loop_slows_down_to_a_second_while_the_other_has_no_place() {
        let mut idle = Idle::default();
        let millis = (0..8).map(|_| idle.rest(Some(Duration::ZERO)).as_millis()).collect::<Vec<_>>();
        assert_eq!(millis, [20, 40, 80, 160, 320, 640, 1_000, 1_000]);
        assert_eq!(idle.rest(Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(idle.rest(None), MAX_REST);
        assert_eq!(idle.end(), Duration::ZERO);
        assert_eq!(idle.rest(Some(Duration::ZERO)), MIN_REST);
        idle.claims = u32::MAX;
        assert_eq!(idle.rest(Some(Duration::from_secs(1_000))), MAX_REST);
    }
}
