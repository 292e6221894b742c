//! Isolates background work: a panic ends one piece of work, and never the worker.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

/// Runs a future and returns its output, or `None` if it panicked. The panic hook has then printed the panic.
///
/// The state that the future shares with others is a store, counters and wakers, which stay valid after a panic.
pub(super) async fn catch_panic<T>(work: impl Future<Output = T>) -> Option<T> {
    AssertUnwindSafe(work).catch_unwind().await.ok()
}
