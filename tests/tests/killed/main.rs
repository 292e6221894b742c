//! Shops in processes of their own that are killed again and again, at any moment; and their database, while they work.
//!
//! `KAKAOPAY_KILLS`, `KAKAOPAY_KILLS_POSTGRES`, `KAKAOPAY_DISTURBED_KILLS` and `KAKAOPAY_SERVER_KILLS` say how often;
//! `cargo xtask nightly` says
//! thousands of times.

mod outcome;
mod scene;
mod server;
mod shop_process;
mod shops;
