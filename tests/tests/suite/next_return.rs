//! Time between the returns of a buyer.

use std::time::Duration;

/// Moves tokio's clock by 2 s: the next return has the charge read, also if the last one did. The clock goes on as
/// before, since sockets and SQLite's threads do not wait for a clock that stands still.
pub(crate) async fn next_return() {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(2)).await;
    tokio::time::resume();
}
