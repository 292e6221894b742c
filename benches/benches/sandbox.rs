//! How many charges are created a second, by each in its turn while the others wait.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use kakaopay_benches::sandbox::{Load, Server, contestants};
use kakaopay_benches::store::rate;

/// How often each is measured.
const ROUNDS: usize = 3;
const LOAD: Load = Load { connections: 8 };

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut running = Vec::new();
    for contestant in contestants() {
        let server = Server::start(&contestant).await;
        // What compiles itself while it runs is given the time to.
        LOAD.charges(server.address, contestant.count).await;
        running.push((contestant, server, 0.0_f64));
    }
    for _ in 0..ROUNDS {
        for (contestant, server, best) in &mut running {
            let asked = LOAD.charges(server.address, contestant.count);
            *best = best.max(rate(contestant.count, asked).await);
        }
    }
    for (contestant, _, best) in &running {
        println!("{} {best:.0}", contestant.name);
    }
}
