//! Payments: their deadlines, a million of them, and their journals.

mod journal;
mod timers;

pub use journal::{Reader, readers};
pub use timers::{Begin, COUNT, Timed, Timers, contestants};
