//! Allocations of a call, growth included: a line per contestant, and a line per stage of
//! our own call. `TRANSPORT.md` says where each of those comes from.

#![expect(clippy::print_stdout, reason = "the counts are what it is for")]

use allocation_counter::measure;
use kakaopay_benches::transport::{Kind, Server, serve_if_told, stages};

/// Enough calls that a rare allocation shows as a fraction.
const CALLS: u32 = 200;

fn main() {
    serve_if_told();
    let server = Server::start();
    for kind in Kind::ALL {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let mut lanes = runtime.block_on(kind.lanes(1, server.address));
        println!("retrieve_charge/{} {:.2}", kind.name(), each(|| runtime.block_on(lanes[0].call())));
    }
    account(&server);
}

/// The stages of our call, of which each has its own and none is forgotten.
fn account(server: &Server) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let counted: Vec<_> =
        stages(&runtime, server.address).into_iter().map(|(name, stage)| (name, each(stage))).collect();
    let of = |name| counted.iter().find(|(stage, _)| *stage == name).expect("a stage").1;
    // Two of them have others inside.
    let own = [
        ("path", of("path")),
        ("layers", of("layers") - of("path") - of("decode")),
        ("wire", of("wire") - of("hyper")),
        ("hyper", of("hyper")),
        ("decode", of("decode")),
    ];
    let sum: f64 = own.iter().map(|(_, count)| count).sum();
    assert!((sum - of("whole")).abs() < 0.1, "{sum} are accounted for: {own:?} of {counted:?}");
    for (name, count) in own.into_iter().chain([("whole", of("whole"))]) {
        println!("account/{name} {count:.2}");
    }
}

/// How often it asks for memory each time that it is done.
fn each(mut done: impl FnMut()) -> f64 {
    // The connection belongs to no one call, and buffers find their size.
    (0..20).for_each(|_| done());
    let count = measure(|| (0..CALLS).for_each(|_| done())).count_total;
    count as f64 / f64::from(CALLS)
}
