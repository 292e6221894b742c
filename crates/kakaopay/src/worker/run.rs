//! What goes on beside the shop, for as long as it runs.

use std::time::Duration;

use kakaopay_ledger::Store;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::handler::Handler;
use crate::merchant::Merchant;
use crate::work::{MOST, Worked};

/// How long to rest when nothing waits, in milliseconds: another process may bring something.
const REST_MILLIS: i64 = 30_000;
/// How long to rest at least: what waits may be claimed by another process already.
const BREATH_MILLIS: i64 = 20;
/// How long to rest when the store is in trouble.
const TROUBLED: Duration = Duration::from_secs(1);
/// How often to ask whether a chore is due.
const CHORES: Duration = Duration::from_secs(60);

/// Whether to stop.
pub(crate) type Stop = watch::Receiver<bool>;

impl<S: Store> Merchant<S> {
    /// Does all that waits, again and again, until `shutdown` is ready: deadlines and webhooks, telling the
    /// handler, and every hour and every day a look at what the service has. Any number of processes may run
    /// at once on one store.
    ///
    /// At shutdown nothing new is begun; requests under way are waited for, since the answer to one that moves
    /// money is worth more than a quick end, and the message being told is finished. That takes no longer
    /// than the client's deadline and the handler need. A process that is killed instead loses nothing, and
    /// whoever runs next looks up what became of its requests.
    ///
    /// Trouble is logged and tried again; nothing is given up.
    pub async fn run(&self, handler: impl Handler, shutdown: impl Future<Output = ()>) {
        let (stop, stopped) = watch::channel(false);
        let ring = async {
            shutdown.await;
            stop.send_replace(true);
        };
        // Boxed once, so that whoever spawns this moves little.
        tokio::join!(
            ring,
            Box::pin(self.move_on(stopped.clone())),
            Box::pin(self.tell_on(&handler, stopped.clone())),
            Box::pin(self.keep_house(stopped)),
        );
    }

    /// Moves payments on as they become due. None waits for another.
    async fn move_on(&self, mut stop: Stop) {
        let mut tasks = JoinSet::new();
        while !*stop.borrow() {
            let rest = match self.begin(&mut tasks).await {
                Ok(worked) if worked == Worked::default() => self.until_next().await,
                Ok(_) => Duration::ZERO,
                Err(error) => {
                    tracing::error!(%error, "payments cannot be moved on; trying again");
                    TROUBLED
                }
            };
            let full = tasks.len() >= MOST;
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                Some(_) = tasks.join_next(), if !tasks.is_empty() => {}
                () = tokio::time::sleep(rest), if !full => {}
                () = self.engine.bells.work.notified(), if !full => {}
            }
        }
        while let Some(ended) = tasks.join_next().await {
            // A payment whose task has panicked comes back when its lease ends.
            drop(ended);
        }
    }

    /// Tells the merchant what becomes of payments, as it becomes known.
    async fn tell_on(&self, handler: &impl Handler, mut stop: Stop) {
        while !*stop.borrow() {
            let rest = match self.tell_all(handler).await {
                Ok(0) => self.until_next().await,
                Ok(_) => Duration::ZERO,
                Err(error) => {
                    tracing::error!(%error, "the merchant cannot be told; trying again");
                    TROUBLED
                }
            };
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                () = tokio::time::sleep(rest) => {}
                () = self.engine.bells.tell.notified() => {}
            }
        }
    }

    async fn keep_house(&self, mut stop: Stop) {
        while !*stop.borrow() {
            self.do_chores(&stop).await;
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                () = tokio::time::sleep(CHORES) => {}
            }
        }
    }

    /// How long until something waits.
    async fn until_next(&self) -> Duration {
        let Ok(next) = self.engine.store.next_wake().await else { return TROUBLED };
        let millis = next.map_or(REST_MILLIS, |next| next.millis_since(self.now()));
        Duration::from_millis(millis.clamp(BREATH_MILLIS, REST_MILLIS).unsigned_abs())
    }
}
