//! The time that decoding takes.
//!
//! `cargo xtask bench types` runs it several times over, so that one run is short.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Bencher, Criterion};
use kakaopay_benches::types::{Way, cases};

fn main() {
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(50))
        .measurement_time(Duration::from_millis(200))
        .sample_size(10)
        .nresamples(2_000)
        .configure_from_args();
    for case in cases() {
        let mut group = criterion.benchmark_group(case.name);
        for contestant in &case.contestants {
            group.bench_function(contestant.name, |bencher| time(bencher, contestant.way, &case.bytes));
        }
    }
    criterion.final_summary();
}

/// Large inputs go in small batches, so that the copies stay in the processor's cache.
fn time(bencher: &mut Bencher<'_>, way: Way, bytes: &[u8]) {
    match way {
        Way::Shared(decode) => bencher.iter(|| decode(black_box(bytes))),
        Way::InPlace(decode) => {
            bencher.iter_batched_ref(|| bytes.to_vec(), |copy| decode(copy), BatchSize::LargeInput);
        }
    }
}
