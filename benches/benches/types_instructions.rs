//! Decodes N times, for a tool that counts instructions: `charge/value 10`.
//!
//! Without a name it lists the names.

#![expect(clippy::print_stdout, reason = "the names are asked for")]

use kakaopay_benches::types::cases;

fn main() {
    // `cargo bench` adds options.
    let arguments: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let times: usize = arguments.get(1).map_or(1, |times| times.parse().expect("a number of times"));
    for case in cases() {
        let mut copy = case.bytes.clone();
        for contestant in &case.contestants {
            let name = format!("{}/{}", case.name, contestant.name);
            match arguments.first() {
                None => println!("{name}"),
                Some(asked) if *asked == name => {
                    for _ in 0..times {
                        // Among the instructions of decoding, those of the copy are hardly seen.
                        copy.copy_from_slice(&case.bytes);
                        contestant.decode(&mut copy);
                    }
                }
                Some(_) => {}
            }
        }
    }
}
