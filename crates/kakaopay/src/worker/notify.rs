//! Telling the merchant what became of payments.

use kakaopay_flows::Event;
use kakaopay_ledger::{ClaimedMessage, Lease, Store, StoreErrorKind};

use crate::error::Error;
use crate::handler::{Handler, Telling};
use crate::merchant::Merchant;

/// For how long what is to be told is one process's to tell, in seconds.
const LEASE_SECONDS: i64 = 120;
/// How much of that may have passed before what else was claimed is left for later: nobody is told something
/// while somebody else may be telling it.
const BEGIN_WITHIN_SECONDS: i64 = 60;
/// Most messages claimed at once.
const BATCH: usize = 16;

impl<S: Store> Merchant<S> {
    /// Tells what waits to be told, the oldest first, and gives how many were taken.
    pub(crate) async fn tell_all(&self, handler: &impl Handler) -> Result<usize, Error> {
        let claimed_at = self.now();
        let until = claimed_at.saturating_add_seconds(LEASE_SECONDS);
        let lease = Lease { now: claimed_at, until, limit: BATCH };
        let mut told = 0;
        for message in self.engine.store.claim_messages(lease).await? {
            if self.now() > claimed_at.saturating_add_seconds(BEGIN_WITHIN_SECONDS) {
                tracing::warn!("the handler is slow; what else there is to tell comes back");
                break;
            }
            told += usize::from(self.tell(handler, message).await?);
        }
        Ok(told)
    }

    async fn tell(&self, handler: &impl Handler, message: ClaimedMessage) -> Result<bool, Error> {
        let ClaimedMessage { key, body, claim, .. } = message;
        let Ok(event) = serde_json::from_slice::<Event>(&body) else {
            // A newer version has written it, and will tell it.
            tracing::error!(key, "an event is not known to this version: update it");
            return Ok(false);
        };
        let telling = Telling { key, event, claim };
        let key = telling.key.as_str();
        if let Err(error) = handler.handle(&telling).await {
            self.engine.counts.handler_failed();
            tracing::warn!(key, error, "the handler failed; the event is told again");
            return Ok(false);
        }
        self.engine.counts.told();
        match self.engine.store.complete(key, claim).await {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == StoreErrorKind::StaleClaim => {
                tracing::warn!(key, "the handler took longer than its lease");
                Ok(true)
            }
            Err(error) => Err(error.into()),
        }
    }
}
