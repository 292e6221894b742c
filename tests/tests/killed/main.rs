//! Shops in processes of their own that are killed again and again, at any moment; and their database, while they work.
//!
//! `KAKAOPAY_KILLS`, `KAKAOPAY_KILLS_POSTGRES`, `KAKAOPAY_DISTURBED_KILLS` and `KAKAOPAY_SERVER_KILLS` say how often,
//! `KAKAOPAY_FAIL_OVER_ORDERS` and `KAKAOPAY_CHAOS_PAYMENTS` how many orders there are;
//! `cargo xtask nightly` says
//! thousands of times.

mod chaos;
mod fail_over;
mod outcome;
mod scene;
mod server;
mod shop_process;
mod shops;
