//! Replays a journal N times, for a tool that counts instructions: `journal/value 10`.
//!
//! Without a name it lists the names.

#![expect(clippy::print_stdout, reason = "the names are asked for")]

use kakaopay_benches::flows::readers;

fn main() {
    // `cargo bench` adds options.
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let times: usize = arguments.get(1).map_or(1, |times| times.parse().expect("a number of times"));
    for (name, read) in readers() {
        match arguments.first() {
            None => println!("journal/{name}"),
            Some(asked) if asked.strip_prefix("journal/") == Some(name) => (0..times).for_each(|_| read()),
            Some(_) => {}
        }
    }
}
