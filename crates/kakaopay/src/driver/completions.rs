//! Completes messages in groups: those that wait while a commit is under way share the next one.

use std::sync::{Mutex, PoisonError};

use kakaopay_store::{ClaimToken, Store, StoreError, StoreErrorKind};
use tokio::sync::oneshot::{self, Receiver, Sender, error::TryRecvError};

use super::repeated::repeated;

/// The completions of this process that wait for a commit.
#[derive(Debug, Default)]
pub(crate) struct Completions {
    waiting: Mutex<Vec<(String, ClaimToken, Sender<bool>)>>,
    /// Held while a group is committed.
    turn: tokio::sync::Mutex<()>,
}

impl Completions {
    fn add(&self, key: &str, claim: ClaimToken) -> Receiver<bool> {
        let (done, is_done) = oneshot::channel();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push((key.to_owned(), claim, done));
        is_done
    }

    /// Commits those that wait.
    async fn commit(&self, store: &impl Store) {
        let waiting =
            std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner)).into_iter();
        let (messages, callers): (Vec<_>, Vec<_>) =
            waiting.map(|(key, claim, done)| ((key, claim), done)).unzip();
        // After an error, each caller tries for itself.
        let Ok(stale) = store.complete_messages(&messages).await else { return };
        for ((key, _), done) in messages.iter().zip(callers) {
            // The caller may be gone.
            let _ = done.send(!stale.contains(key));
        }
    }

    /// Completes a message, together with others that wait. Returns whether its claim was still valid: another process has
    /// the message otherwise, or a person skipped it.
    ///
    /// A completion that a crash loses has the message delivered again under the same key.
    pub(crate) async fn complete(
        &self,
        store: &impl Store,
        key: &str,
        claim: ClaimToken,
    ) -> Result<bool, StoreError> {
        let mut is_done = self.add(key, claim);
        let turn = self.turn.lock().await;
        let done = match is_done.try_recv() {
            Err(TryRecvError::Empty) => {
                self.commit(store).await;
                is_done.try_recv()
            }
            done => done,
        };
        drop(turn);
        if let Ok(is_current) = done {
            return Ok(is_current);
        }
        is_current(repeated(|| store.complete_message(key, claim)).await)
    }
}

/// Whether the claim was still valid. Another process has the message otherwise, or a person skipped it.
pub(crate) fn is_current(result: Result<(), StoreError>) -> Result<bool, StoreError> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == StoreErrorKind::StaleClaim => Ok(false),
        Err(error) => Err(error),
    }
}
