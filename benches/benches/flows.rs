//! The time that a million deadlines take, and the reading of a journal.
//!
//! `cargo xtask bench flows` runs it several times over, so that one run is short.

use std::time::Duration;

use criterion::Criterion;
use kakaopay_benches::flows::{COUNT, Timed, contestants, readers};

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(200))
        .sample_size(10)
        .nresamples(2_000)
        .configure_from_args();
    let mut group = criterion.benchmark_group("timers");
    for (name, begin) in contestants() {
        let mut timed = Timed::new(begin);
        // What was set at the beginning is spread unlike what is set later.
        for _ in 0..COUNT {
            timed.cycle();
        }
        group.bench_function(name, |bencher| bencher.iter(|| timed.cycle()));
    }
    group.finish();
    let mut group = criterion.benchmark_group("journal");
    for (name, read) in readers() {
        group.bench_function(name, |bencher| bencher.iter(&read));
    }
    group.finish();
    criterion.final_summary();
}
