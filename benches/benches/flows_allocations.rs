//! Allocations of replaying a journal, growth included: a line per reader.

#![expect(clippy::print_stdout, reason = "the counts are what it is for")]

use allocation_counter::measure;
use kakaopay_benches::flows::readers;

fn main() {
    for (name, read) in readers() {
        // What is set up once a thread belongs to no one reading.
        read();
        println!("journal/{name} {}", measure(read).count_total);
    }
}
