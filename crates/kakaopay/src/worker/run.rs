//! The background worker: loops until shutdown, one of which wakes the others, and renewed leases.

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

/// Longest sleep of a loop that nothing wakes.
const MAX_REST: Duration = Duration::from_secs(30);
/// Longest time between two looks for due work. Another process may add work, and cannot wake this one.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Shortest time, when work was due: it may be another process's by now, or wait for a place. It doubles while that is so.
const MIN_LOOK: Duration = Duration::from_millis(20);
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
                Box::pin(self.wake_loop(stopped.clone())),
                Box::pin(self.job_loop(stopped)),
            );
        });
        self.engine.while_renewing(work).await;
    }

    /// Processes webhooks and due payments concurrently, each in its own task.
    async fn process_due_loop(&self, mut shutdown: Shutdown) {
        let mut tasks = InFlight::default();
        while !*shutdown.borrow() {
            let rest = match catch_panic(self.claim_and_spawn(&mut tasks)).await {
                Some(Ok(claimed)) if !claimed.any() => MAX_REST,
                Some(Ok(_)) => Duration::ZERO,
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
        self.engine.give_back_at_once(&tasks.webhooks.drop_waiting()).await;
        while tasks.join_next().await.is_some() {}
    }

    /// Delivers notifications, those of different payments concurrently.
    async fn notify_loop<H: EventHandler + 'static>(&self, handler: &Arc<H>, mut shutdown: Shutdown) {
        let places = self.places();
        let all = places.available_permits();
        let mut desk = self.engine.desk.open(&places);
        // Those that were claimed, which others may wait behind, and those that the steps of this process have claimed.
        let (mut calls, mut handed) = (JoinSet::new(), JoinSet::new());
        // Whether there may be some to claim.
        let mut has_more = true;
        while !*shutdown.borrow() {
            // One claim fills the places of all that have ended.
            while let Some(ended) = calls.try_join_next() {
                log_delivery(ended);
                has_more = true;
            }
            while let Some(ended) = handed.try_join_next() {
                log_delivery(ended);
                has_more |= self.engine.desk.has_others();
            }
            let mut rest = MAX_REST;
            if has_more {
                if places.available_permits() == all {
                    // None waits behind one in flight.
                    self.engine.desk.forget_others();
                }
                match catch_panic(self.claim_and_notify(handler, &mut calls, &places)).await {
                    Some(Ok(may_be_more)) => has_more = may_be_more,
                    Some(Err(error)) => {
                        log_delivery_error(&error);
                        rest = ERROR_BACKOFF;
                    }
                    None => rest = log_claim_panic(),
                }
            }
            // A step may give its places back without a word, so that a full loop is woken, too.
            tokio::select! {
                biased;
                _ = shutdown.wait_for(|stop| *stop) => break,
                Some(ended) = calls.join_next(), if !calls.is_empty() => {
                    log_delivery(ended);
                    has_more = true;
                }
                Some(ended) = handed.join_next(), if !handed.is_empty() => {
                    log_delivery(ended);
                    has_more |= self.engine.desk.has_others();
                }
                Some(next) = desk.handed.recv() => self.begin(handler, &mut handed, next),
                () = tokio::time::sleep(rest) => has_more = true,
                () = self.engine.wakers.notify.notified() => has_more = true,
            }
        }
        let unbegun: Vec<_> = desk.close().into_iter().map(|handed| handed.lease.end()).collect();
        self.engine.give_back_at_once(&unbegun).await;
        while let Some(ended) = calls.join_next().await {
            log_delivery(ended);
        }
        while let Some(ended) = handed.join_next().await {
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

    /// Wakes the loops when work is due, also that of other processes. It looks for all of it in one call.
    async fn wake_loop(&self, mut shutdown: Shutdown) {
        let mut looks = Looks::default();
        while !*shutdown.borrow() {
            let rest = match catch_panic(self.engine.store.next_due_in()).await {
                Some(Ok(next)) => looks.after(next),
                _ => ERROR_BACKOFF,
            };
            if looks.in_vain > 0 {
                self.engine.wakers.due.notify_one();
                self.engine.wakers.notify.notify_one();
            }
            tokio::select! {
                biased;
                _ = shutdown.wait_for(|stop| *stop) => break,
                () = tokio::time::sleep(rest) => {}
            }
        }
    }
}

/// How often in a row work was due.
#[derive(Debug, Default)]
struct Looks {
    in_vain: u32,
}

impl Looks {
    /// How long to wait for the next look after one that found the next work due in so long.
    fn after(&mut self, next: Option<Duration>) -> Duration {
        if next != Some(Duration::ZERO) {
            self.in_vain = 0;
            return next.map_or(LOOK_EVERY, |next| next.min(LOOK_EVERY));
        }
        let rest = MIN_LOOK.saturating_mul(2_u32.saturating_pow(self.in_vain)).min(LOOK_EVERY);
        self.in_vain = self.in_vain.saturating_add(1);
        rest
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
    fn f59_i8_looks_slow_down_to_a_second_while_work_stays_due() {
        let mut looks = Looks::default();
        let millis = (0..8).map(|_| looks.after(Some(Duration::ZERO)).as_millis()).collect::<Vec<_>>();
        assert_eq!(millis, [20, 40, 80, 160, 320, 640, 1_000, 1_000]);
        assert_eq!(looks.after(Some(Duration::from_millis(7))), Duration::from_millis(7));
        assert_eq!(looks.after(Some(Duration::from_secs(7))), LOOK_EVERY);
        assert_eq!(looks.after(None), LOOK_EVERY);
        assert_eq!(looks.after(Some(Duration::ZERO)), MIN_LOOK);
        looks.in_vain = u32::MAX;
        assert_eq!(looks.after(Some(Duration::ZERO)), LOOK_EVERY);
    }
}
