//! The suite that every store is held to.

use kakaopay_store::conformance_tests;

use crate::support::Home;

conformance_tests!(match Home::new() {
    Some(home) => home.open_with_clock().await,
    None => return,
});
