//! The shop of a demo: its inbox, and what it does when a payment ends.

use std::sync::{Arc, Mutex, PoisonError};

use kakaopay::ledger::{Store, StoreError};
use kakaopay::types::EventKey;
use kakaopay::webhook::{Accepted, Refused, Sink};
use kakaopay::{Event, Handler, Inbox, Telling};
use tokio::sync::mpsc;

/// A webhook that was stored.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) key: EventKey,
    pub(crate) verified: bool,
}

/// The merchant's inbox, which tells what was stored in it.
#[derive(Debug, Clone)]
pub(crate) struct WatchedInbox<S> {
    inbox: Inbox<S>,
    stored: mpsc::UnboundedSender<Stored>,
}

impl<S: Store> WatchedInbox<S> {
    pub(crate) fn new(inbox: Inbox<S>) -> (Self, mpsc::UnboundedReceiver<Stored>) {
        let (stored, seen) = mpsc::unbounded_channel();
        (Self { inbox, stored }, seen)
    }
}

impl<S: Store> Sink for WatchedInbox<S> {
    type Error = StoreError;

    async fn store(&self, accepted: Accepted) -> Result<(), StoreError> {
        let stored = Stored { key: accepted.event.key.clone(), verified: accepted.verified };
        self.inbox.store(accepted).await?;
        // Nobody looks any more once the demo has ended.
        let _ = self.stored.send(stored);
        Ok(())
    }

    fn refused(&self, why: &Refused) {
        self.inbox.refused(why);
    }
}

/// What the shop was told, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<Event>>>);

impl Told {
    pub(crate) fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Handler for Told {
    async fn handle(&self, telling: &Telling) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(telling.event.clone());
        Ok(())
    }
}
