//! How many a second.

use std::time::Instant;

/// How many of them were done a second, where `act` does `count`.
#[expect(clippy::disallowed_methods, reason = "time is what it measures")]
pub async fn rate(count: u64, act: impl Future<Output = ()>) -> f64 {
    let start = Instant::now();
    act.await;
    count as f64 / start.elapsed().as_secs_f64()
}

/// The best of several: other work on the machine only ever makes slower.
pub async fn best(rounds: u64, mut act: impl AsyncFnMut(u64) -> f64) -> f64 {
    let mut best = 0.0_f64;
    for round in 0..rounds {
        best = best.max(act(round).await);
    }
    best
}
