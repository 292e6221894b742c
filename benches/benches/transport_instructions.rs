//! Retrieves a charge N times, for a tool that counts instructions: `retrieve_charge/ours 10`.
//!
//! Without a name it lists the names.

#![expect(clippy::print_stdout, reason = "the names are asked for")]

use kakaopay_benches::transport::{Kind, Server, serve_if_told};

/// Calls before the measured ones, which make the connection.
const BEFORE: usize = 20;

fn main() {
    serve_if_told();
    // `cargo bench` adds options.
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let times: usize = arguments.get(1).map_or(1, |times| times.parse().expect("a number of times"));
    for kind in Kind::ALL {
        let name = format!("retrieve_charge/{}", kind.name());
        match arguments.first() {
            None => println!("{name}"),
            Some(asked) if *asked == name => {
                let server = Server::start();
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                let mut lanes = runtime.block_on(kind.lanes(1, server.address));
                for _ in 0..BEFORE + times {
                    runtime.block_on(lanes[0].call());
                }
            }
            Some(_) => {}
        }
    }
}
