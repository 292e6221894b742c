//! How often checking and reading an event asks for memory, growth of what it had included.

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
