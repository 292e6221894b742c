//! Hands messages that were stored as claimed to the loop that delivers them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use kakaopay_store::ClaimedMessage;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::leases::Lease;

/// The place where the loop that delivers notifications gets messages from the steps that stored them as claimed.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    window: Mutex<Option<Window>>,
    /// Whether a step of this process has stored messages that none has claimed.
    has_others: AtomicBool,
}

/// Where the loop takes messages.
#[derive(Debug, Clone)]
struct Window {
    places: Arc<Semaphore>,
    handed: UnboundedSender<Handed>,
}

/// A claimed message with its lease and the place for its delivery.
#[derive(Debug)]
pub(crate) struct Handed {
    pub(crate) message: ClaimedMessage,
    pub(crate) lease: Lease,
    pub(crate) place: OwnedSemaphorePermit,
}

/// Places for the messages of one step.
#[derive(Debug)]
pub(super) struct Reserved {
    places: OwnedSemaphorePermit,
    handed: UnboundedSender<Handed>,
}

/// The loop's side of the desk. No more is handed to it once it is dropped.
#[derive(Debug)]
pub(crate) struct Clerk<'a> {
    desk: &'a Desk,
    pub(crate) handed: UnboundedReceiver<Handed>,
    is_only: bool,
}

impl Desk {
    /// Opens the window for a loop whose deliveries take these places, unless another loop has it.
    pub(crate) fn open(&self, places: &Arc<Semaphore>) -> Clerk<'_> {
        let (sender, handed) = unbounded_channel();
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let is_only = window.is_none();
        if is_only {
            *window = Some(Window { places: Arc::clone(places), handed: sender });
        }
        Clerk { desk: self, handed, is_only }
    }

    /// Reserves places for so many messages; `None` if there are none, or not as many are free.
    pub(super) fn reserve(&self, messages: usize) -> Option<Reserved> {
        let messages = u32::try_from(messages).ok().filter(|messages| *messages > 0)?;
        let window = self.window.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let places = window.places.try_acquire_many_owned(messages).ok()?;
        Some(Reserved { places, handed: window.handed })
    }

    /// Notes that a message was stored which none has claimed.
    pub(super) fn has_other(&self) {
        self.has_others.store(true, Ordering::SeqCst);
    }

    /// Whether such a message may wait for another delivery of this process.
    pub(crate) fn has_others(&self) -> bool {
        self.has_others.load(Ordering::SeqCst)
    }

    /// Takes the note back before a claim that finds all of them.
    pub(crate) fn forget_others(&self) {
        self.has_others.store(false, Ordering::SeqCst);
    }
}

impl Reserved {
    /// Hands a message over. Returns its lease if the loop has ended.
    pub(super) fn hand(&mut self, message: ClaimedMessage, lease: Lease) -> Result<(), Lease> {
        match self.places.split(1) {
            Some(place) => {
                let handed = self.handed.send(Handed { message, lease, place });
                handed.map_err(|unsent| unsent.0.lease)
            }
            // Not reached: it claims no more messages than it stores.
            None => Err(lease),
        }
    }
}

impl Drop for Clerk<'_> {
    fn drop(&mut self) {
        if self.is_only {
            *self.desk.window.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }
}

impl Clerk<'_> {
    /// Closes the window, and returns what was handed over and not taken.
    pub(crate) fn close(mut self) -> Vec<Handed> {
        self.handed.close();
        std::iter::from_fn(|| self.handed.try_recv().ok()).collect()
    }
}
