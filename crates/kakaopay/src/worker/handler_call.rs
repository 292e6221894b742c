//! One call of the merchant's handler, isolated from everything else.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::delivery::HandlerFailure;
use crate::handler::{EventHandler, Notification};

/// Calls the handler in a task of its own.
///
/// The task is apart from the caller's, so that the timeout also ends the wait for a handler that blocks its
/// thread. A call that timed out is cancelled at its next `await`.
pub(super) async fn call<H: EventHandler + 'static>(
    handler: &Arc<H>,
    notification: Notification,
    timeout: Duration,
) -> Result<(), HandlerFailure> {
    let handler = Arc::clone(handler);
    // A set cancels its task when it is dropped.
    let mut task = JoinSet::new();
    task.spawn(async move { handler.handle(&notification).await });
    match tokio::time::timeout(timeout, task.join_next()).await {
        Ok(Some(Ok(result))) => result.map_err(HandlerFailure::Error),
        Ok(Some(Err(error))) if error.is_panic() => Err(HandlerFailure::Panic),
        Ok(_) => Err(HandlerFailure::Interrupted),
        Err(_) => Err(HandlerFailure::Timeout(timeout)),
    }
}
