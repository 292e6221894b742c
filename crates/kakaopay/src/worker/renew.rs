//! Renews the leases of work in flight, and gives work back that failed.

use std::time::Duration;

use kakaopay_store::{Held, Store, StoreErrorKind};
use tokio::time::{Instant, sleep};

use super::isolate::catch_panic;
use crate::driver::{Engine, LEASE, repeated};
use crate::error::Error;

/// Time between two attempts to renew leases while the store fails.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How long failed work waits if the store may soon work again.
const SOON: Duration = Duration::from_secs(3);
/// How long it waits otherwise.
pub(super) const LATER: Duration = Duration::from_secs(120);

impl<S: Store> Engine<S> {
    /// Does work, and meanwhile renews the leases of everything that is in flight.
    pub(super) async fn while_renewing<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            output = work => output,
            never = Box::pin(self.renew_leases()) => match never {},
        }
    }

    async fn renew_leases(&self) -> std::convert::Infallible {
        loop {
            let held = self.leases.next().await;
            let since = Instant::now();
            match catch_panic(self.store.renew(&held, LEASE)).await {
                Some(Ok(())) => self.leases.renewed(&held, since),
                failed => {
                    let error = failed.and_then(Result::err).map(tracing::field::display);
                    tracing::warn!(
                        error,
                        leases = held.len(),
                        "failed to renew leases; another process may repeat the work"
                    );
                    sleep(RETRY_AFTER).await;
                }
            }
        }
    }

    /// Lets work that was not begun come again at once, in another process. Its leases must have ended, as for
    /// [`give_back`](Self::give_back).
    pub(crate) async fn give_back_at_once(&self, held: &[Held]) {
        if !held.is_empty()
            && let Err(error) = self.store.renew(held, Duration::ZERO).await
        {
            tracing::debug!(%error, "failed to give work back; it comes again when its lease ends");
        }
    }

    /// Lets work that failed come again, in this process or another. If that fails, too, it comes when its lease ends.
    /// Its leases must have [ended](crate::driver::Lease::end): a renewal would change when it comes.
    pub(super) async fn give_back(&self, held: &[Held], error: Option<&Error>) {
        let retry_in = match error {
            Some(error) if may_pass(error) => SOON,
            _ => LATER,
        };
        if let Err(error) = repeated(|| self.store.renew(held, retry_in)).await {
            tracing::debug!(%error, "failed to give work back; it comes again when its lease ends");
        }
    }
}

/// Whether the same work may soon succeed.
fn may_pass(error: &Error) -> bool {
    use StoreErrorKind::{Busy, Full, Io, ReadOnly};
    match error {
        Error::Store(error) => matches!(error.kind(), Busy | Full | Io | ReadOnly),
        Error::TooMuchContention(_) => true,
        _ => false,
    }
}
