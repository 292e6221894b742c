//! Allocations of decoding, growth included: a line per contestant.
//!
//! It is a program of its own because counting costs time.

#![expect(clippy::print_stdout, reason = "the counts are what it is for")]

use allocation_counter::measure;
use kakaopay_benches::types::cases;

fn main() {
    for case in cases() {
        for contestant in &case.contestants {
            // What is set up once a thread belongs to no one decoding.
            contestant.decode(&mut case.bytes.clone());
            let mut copy = case.bytes.clone();
            let allocations = measure(|| contestant.decode(&mut copy)).count_total;
            println!("{}/{} {allocations}", case.name, contestant.name);
        }
    }
}
