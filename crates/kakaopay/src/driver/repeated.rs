//! Calls of the store that are repeated after a failure.

use std::time::Duration;

use kakaopay_store::{StoreError, StoreErrorKind};
use tokio::time::sleep;

/// Waits before a call whose outcome is unknown is repeated, in milliseconds.
pub(super) const REPEAT_AFTER_MILLIS: [u64; 5] = [50, 200, 500, 1_000, 2_000];

/// Repeats an idempotent call of the store that failed for a moment.
pub(crate) async fn repeated<T, F>(call: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    for millis in REPEAT_AFTER_MILLIS {
        match call().await {
            Err(error) if matches!(error.kind(), StoreErrorKind::Io | StoreErrorKind::Busy) => {
                sleep(Duration::from_millis(millis)).await;
            }
            result => return result,
        }
    }
    call().await
}
