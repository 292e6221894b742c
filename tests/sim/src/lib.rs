//! Simulates whole shops in operation.
//!
//! A seed makes a plan: buyers, staff at the dashboard, processes that die, freeze and have wrong clocks, and times at
//! which the network, the store and the shop's handler fail. A run carries it out in virtual time with the real driver,
//! a store in memory and the sandbox, and checks the shop's books against the service's. The same seed gives the same
//! story, to the letter.
//!
//! The checks of each invariant of `FAULTS.md`:
//!
//! | Id | Check |
//! |---|---|
//! | I1 | The amounts that were notified as refunded are the service's, charge by charge (`check`); every journal can be replayed (`ending`). |
//! | I2 | Every charge that the service holds as paid was notified, once all has healed (`check`), and once only (`books`). |
//! | I3 | An order is notified as paid once (`books`); a notification that was pruned is not stored again (`pruning`). |
//! | I4 | What is notified as paid is a successful charge of the order, the amount and the store, and was shown with money (`books`). Mode and currency are the same everywhere here; tables cover others. |
//! | I5 | At most what was paid goes back, and each refund once (`check`); no request for one leaves after its window (`delivery`). |
//! | I6 | A payment ends once, and its end stays (`ending`). |
//! | I7 | The secret key is in no error and in no journal (`run`, `ending`), and the buyer's address in no pruned one (`pruning`). |
//! | I8 | Payments and refunds end or have an open alert, charges end, queues are empty (`ending`); and in time (`correction`). |
//! | I9 | Reads, requests and stored webhooks are bounded under pressure (`pressure`), and no process ends (`run`). Bytes are the fuzz targets' part. |
//! | I10 | An acknowledged webhook, a link and a refund that a call returned are in the store (`delivery`, `actions`, `ending`). |
//!
//! What is to be cancelled ships nothing (`books`), and late money goes back by itself where the order says so
//! (`late_money`): F64.
//!
//! No move is made for files that are replaced (F61), for damaged bytes (F62) and for texts on a terminal (F63): the
//! store is in memory and nothing is printed. Tables cover them.

mod actions;
mod advice;
pub mod booked_charge;
pub mod books;
mod calm;
mod cancelling;
mod check;
pub mod choices;
mod correction;
mod delivery;
mod ending;
pub mod handler;
mod late_money;
pub mod moves;
pub mod network;
pub mod plan;
mod pressure;
pub mod process;
mod pruning;
pub mod run;
pub mod search;
pub mod service;
pub mod shown;
pub mod store;
pub mod terms;
mod upkeep;
pub mod wishes;
mod world;

pub use plan::Plan;
pub use run::{Ending, run};
