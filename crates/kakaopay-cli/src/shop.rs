//! The shop of a demo: its inbox and its event handler.

use std::sync::{Arc, Mutex, PoisonError};

use kakaopay::store::Store;
use kakaopay::types::EventKey;
use kakaopay::webhook::{ReceivedEvent, Rejection, Sink};
use kakaopay::{EventHandler, Inbox, InboxError, Notification, PaymentEvent};
use tokio::sync::mpsc;

/// A stored webhook.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) key: EventKey,
    pub(crate) verified: bool,
}

/// The merchant's inbox, with a channel that reports each stored webhook.
#[derive(Debug, Clone)]
pub(crate) struct WatchedInbox<S> {
    inbox: Inbox<S>,
    stored: mpsc::UnboundedSender<Stored>,
}

impl<S: Store> WatchedInbox<S> {
    pub(crate) fn new(inbox: Inbox<S>) -> (Self, mpsc::UnboundedReceiver<Stored>) {
        let (stored, receiver) = mpsc::unbounded_channel();
        (Self { inbox, stored }, receiver)
    }
}

impl<S: Store> Sink for WatchedInbox<S> {
    type Error = InboxError;

    async fn store(&self, accepted: ReceivedEvent) -> Result<(), InboxError> {
        let stored = Stored { key: accepted.event.key.clone(), verified: accepted.verified };
        self.inbox.store(accepted).await?;
        // The receiver is dropped when the demo ends.
        let _ = self.stored.send(stored);
        Ok(())
    }

    fn rejected(&self, why: &Rejection) {
        self.inbox.rejected(why);
    }
}

/// An event handler that collects the events, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Events(Arc<Mutex<Vec<PaymentEvent>>>);

impl Events {
    pub(crate) fn take(&self) -> Vec<PaymentEvent> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl EventHandler for Events {
    async fn handle(
        &self,
        notification: &Notification,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(notification.event.clone());
        Ok(())
    }
}
