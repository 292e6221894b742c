//! F12, I10: acknowledged writes survive any power loss.

use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use kakaopay_pure_tests::report::{report, times};
use kakaopay_sqlite_powerloss::Honesty;

use crate::campaign::{Campaign, Counts};

/// How many losses each workload sees.
const EACH: u64 = 250;

/// F12, I10: acknowledged writes are there and whole, nothing else is there but requested writes, and the file is
/// sound.
#[test]
fn f12_i10_what_was_acknowledged_survives_any_loss_of_power() {
    let images = u64::from(times("KAKAOPAY_CRASH_IMAGES", 500));
    let workloads = images.div_ceil(EACH);
    let next = AtomicU64::new(0);
    let work = || {
        let (mut counts, mut acknowledged) = (Counts::default(), 0);
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= workloads {
                return (counts, acknowledged);
            }
            let campaign = Campaign::run(seed, Honesty::Honest);
            assert_eq!(campaign.history.trouble, [], "workload {seed}");
            acknowledged += campaign.history.acknowledged_steps();
            counts.add(campaign.lose_power(EACH));
        }
    };
    let mut counts = Counts::default();
    let mut acknowledged = 0;
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            let (own, steps) = thread.join().expect("no panic");
            counts.add(own);
            acknowledged += steps;
        }
    });
    assert!(counts.lost.is_empty(), "{} of {}: {:#?}", counts.lost.len(), counts.images, counts.lost);
    assert!(counts.images >= images * 9 / 10, "{counts:?}");
    assert!(counts.torn > counts.images && counts.dropped > counts.images, "{counts:?}");
    let Counts { images, points, twice, torn, dropped, steps, .. } = counts;
    let figures = format!(
        "{images} images at {points} places of {workloads} records, {twice} of them twice, {torn} writes torn, \
         {dropped} dropped, {acknowledged} steps acknowledged and looked for {steps} times, 0 lost"
    );
    report(env!("CARGO_TARGET_TMPDIR"), "f12-powerloss-sqlite", &figures);
}
