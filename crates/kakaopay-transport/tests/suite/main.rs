//! The tests of the crate, in one process: whatever any of them logs is watched.

mod client;
mod layers;
mod leak_watch;
mod limit;
mod pages;
mod responses;
mod retry;
mod runtimes;
mod support;
mod timeout;
mod trace;
// Without a provider and roots there is no wire to try.
#[cfg(all(
    any(feature = "aws-lc-rs", feature = "ring"),
    any(feature = "webpki-roots", feature = "platform-verifier")
))]
mod hyper_transport;
