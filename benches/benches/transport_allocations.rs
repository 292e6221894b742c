//! How often a call asks for memory, growth of what it had included: a line a contestant.

#![expect(clippy::print_stdout, reason = "the counts are what it is for")]

use allocation_counter::measure;
use kakaopay_benches::transport::{Kind, Server, serve_if_told};

/// So often that what happens once in a while is seen as the fraction it is.
const CALLS: u32 = 200;

fn main() {
    serve_if_told();
    let server = Server::start();
    for kind in Kind::ALL {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut lanes = runtime.block_on(kind.lanes(1, server.address));
        let mut call = |times| (0..times).for_each(|_| runtime.block_on(lanes[0].call()));
        // The connection belongs to no one call, and buffers find their size.
        call(20);
        let count = measure(|| call(CALLS)).count_total;
        println!("retrieve_charge/{} {:.2}", kind.name(), count as f64 / f64::from(CALLS));
    }
}
