//! The suite that every store is held to.

use kakaopay_store::conformance_tests;

use crate::support::open_with_clock;

// The directory lives to the end of the statement the suite puts this into.
conformance_tests!(open_with_clock(&tempfile::tempdir().expect("a directory").path().join("store.db")));
