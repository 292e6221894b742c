//! What a payment costs on PostgreSQL with one, two and four processes of a shop: round trips, statements, syncs and bytes
//! of the log, and the processor's time of the shop and of the server.
//!
//! A payment here is a checkout, the buyer's approval, its webhook, a read of the charge, and the notification. With
//! `--statements` it prints the statements by how often a payment executes them, too.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use kakaopay::transport::BoxError;
use kakaopay_shop_benches::{Market, work};

/// Number of payments.
const PAYMENTS: u32 = 3_000;
/// Number of buyers at once.
const BUYERS: usize = 32;

fn main() -> Result<(), BoxError> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let Some(("worker", arguments)) = arguments.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        // As a shop that has one core for it.
        return tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work(arguments));
    }
    let prints_statements = arguments.iter().any(|argument| argument == "--statements");
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(async {
        for processes in [1, 2, 4] {
            let Some(market) = Market::open(processes).await else { return Ok(()) };
            let (costs, statements) = market.costs(PAYMENTS, BUYERS).await;
            for (name, value) in costs {
                println!("{name}/processes_{processes} {value:.2}");
            }
            for (each, statement) in statements.iter().filter(|_| prints_statements) {
                println!("  {each:8.3} {statement}");
            }
        }
        Ok(())
    })
}
