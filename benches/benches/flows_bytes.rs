//! The memory that a million deadlines take, in bytes a deadline, after each was set anew once.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use allocation_counter::measure;
use kakaopay_benches::flows::{COUNT, Timed, contestants};

fn main() {
    for (name, begin) in contestants() {
        let mut kept = None;
        let bytes = measure(|| {
            let mut timed = Timed::new(begin);
            for _ in 0..COUNT {
                timed.cycle();
            }
            kept = Some(timed);
        })
        .bytes_current;
        let count = i64::from(COUNT);
        println!("timers/{name} {}.{:02}", bytes / count, bytes % count * 100 / count);
        drop(kept);
    }
}
