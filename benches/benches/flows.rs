//! Time to read a journal.
//!
//! `cargo xtask bench flows` runs it several times over, so that one run is short.

use std::time::Duration;

use criterion::Criterion;
use kakaopay_benches::flows::readers;

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(200))
        .sample_size(10)
        .nresamples(2_000)
        .configure_from_args();
    let mut group = criterion.benchmark_group("journal");
    for (name, read) in readers() {
        group.bench_function(name, |bencher| bencher.iter(&read));
    }
    group.finish();
    criterion.final_summary();
}
