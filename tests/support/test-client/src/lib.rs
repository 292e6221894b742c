//! A client without a socket for the tests of the sandbox.
//!
//! [`TestClient`] calls any tower service with the keys of an account, and [`TestResponse`] is a whole response. The
//! crate depends on no other crate of the workspace, so the tests of each of them can use it.

mod client;
mod response;

pub use client::TestClient;
pub use response::TestResponse;
