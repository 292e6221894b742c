//! How long each takes from the start of its process to its first answer.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use kakaopay_benches::sandbox::{Server, contestants};

/// How often each is started: the best counts, as other work on the machine only ever makes slower.
const ROUNDS: usize = 5;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for contestant in contestants() {
        let mut best = f64::INFINITY;
        for _ in 0..ROUNDS {
            best = best.min(Server::start(&contestant).await.first_answer.as_secs_f64());
        }
        println!("{} {:.2}", contestant.name, best * 1_000.0);
    }
}
