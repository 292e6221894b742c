//! How much memory each has when it has answered once, and how much more for each charge that it keeps.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use kakaopay_benches::sandbox::{Load, Server, contestants};

const LOAD: Load = Load { connections: 8 };

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for contestant in contestants() {
        let server = Server::start(&contestant).await;
        println!("at_start/{} {}", contestant.name, server.resident());
        if !contestant.keeps {
            continue;
        }
        // The first few bring what is needed for any number.
        LOAD.charges(server.address, contestant.count / 10).await;
        let (before, count) = (server.resident(), contestant.count);
        LOAD.charges(server.address, count).await;
        let more = server.resident().saturating_sub(before);
        println!("a_charge/{} {}", contestant.name, more.max(1) / count);
    }
}
