//! Allocations of verifying and decoding an event, growth included.

#![expect(clippy::print_stdout, reason = "the counts are what it is for")]

use allocation_counter::measure;
use kakaopay_benches::webhook::contestants;

fn main() {
    for (name, act) in contestants() {
        // What is set up once belongs to no one event.
        act();
        println!("event/{name} {}", measure(&act).count_total);
    }
}
