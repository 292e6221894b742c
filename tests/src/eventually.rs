//! Waits for a condition, and not for ever.

use std::time::Duration;

/// Polls `condition` until it holds.
///
/// # Panics
/// If it does not hold within 30 seconds. The message names the condition.
pub async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let held = async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    };
    assert!(
        tokio::time::timeout(Duration::from_secs(30), held).await.is_ok(),
        "not within 30 seconds: {what}"
    );
}
