//! The time a call takes while 32 are in flight.
//!
//! `cargo xtask bench transport` runs it several times over, so that one run is short, and tells
//! how many calls that makes in a second.

use std::time::{Duration, Instant};

use criterion::Criterion;
use kakaopay_benches::transport::{Kind, Lane, Server, serve_if_told};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const IN_FLIGHT: u32 = 32;

fn main() {
    serve_if_told();
    let server = Server::start();
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
        .sample_size(10)
        .nresamples(2_000)
        .configure_from_args();
    let mut group = criterion.benchmark_group("retrieve_charge");
    for kind in Kind::ALL {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut lanes = runtime.block_on(kind.lanes(IN_FLIGHT as usize, server.address));
        // Each lane has its connection before the clock starts.
        calls(&runtime, &mut lanes, 20);
        group.bench_function(kind.name(), |bencher| {
            bencher.iter_custom(|times| calls(&runtime, &mut lanes, times) / IN_FLIGHT);
        });
    }
    group.finish();
    criterion.final_summary();
}

/// Makes as many calls in every lane, and tells how long it took.
#[expect(clippy::disallowed_methods, reason = "time is what it measures")]
fn calls(runtime: &Runtime, lanes: &mut Vec<Lane>, times: u64) -> Duration {
    runtime.block_on(async {
        let start = Instant::now();
        let mut running: JoinSet<Lane> = lanes
            .drain(..)
            .map(|mut lane| async move {
                for _ in 0..times {
                    lane.call().await;
                }
                lane
            })
            .collect();
        while let Some(lane) = running.join_next().await {
            lanes.push(lane.expect("a lane"));
        }
        start.elapsed()
    })
}
