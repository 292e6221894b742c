//! Rates per second.

use std::time::Instant;

/// Rate per second of an action that does `count` operations.
#[expect(clippy::disallowed_methods, reason = "time is what it measures")]
pub async fn rate(count: u64, act: impl Future<Output = ()>) -> f64 {
    let start = Instant::now();
    act.await;
    count as f64 / start.elapsed().as_secs_f64()
}

/// Best rate of several rounds: other work on the machine can only lower a rate.
pub async fn best(rounds: u64, mut act: impl AsyncFnMut(u64) -> f64) -> f64 {
    let mut best = 0.0_f64;
    for round in 0..rounds {
        best = best.max(act(round).await);
    }
    best
}
