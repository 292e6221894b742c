//! The suite that every store is held to.

use kakaopay_store::conformance_tests;

use crate::support::open;

// The directory lives to the end of the statement the suite puts this into.
conformance_tests!(open(&tempfile::tempdir().expect("a directory").path().join("store.db")));
