//! The tests of the crate, in one process: whatever any of them logs is watched.

mod answers;
mod client;
mod deadline;
mod layers;
mod leak_watch;
mod pages;
mod retry;
mod runtimes;
mod support;
mod trace;
// Without a provider and roots there is no wire to try.
#[cfg(all(
    any(feature = "aws-lc-rs", feature = "ring"),
    any(feature = "webpki-roots", feature = "platform-verifier")
))]
mod wire;
