//! Why the inbox did not take a webhook.

use kakaopay_store::StoreError;
use thiserror::Error;

/// Why the [`Inbox`](crate::Inbox) did not take a webhook. The receiver responds with 503, and the service delivers it
/// again.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InboxError {
    /// The store failed.
    #[error("the webhook was not stored")]
    Store(#[from] StoreError),
    /// The store is a backup, or its payments have moved.
    #[error("the webhook was not stored, because the store is closed: {why}")]
    Closed {
        /// Why, and what to do.
        why: String,
    },
    /// The webhook is unsigned, and too many webhooks are pending already.
    #[error("too many webhooks are pending to store an unsigned one: set a webhook secret")]
    TooManyPending,
}
