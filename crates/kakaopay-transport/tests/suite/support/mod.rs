//! Helpers shared by the tests.

mod calls;

pub(crate) use calls::{SOURCE, amount, charge_to_create, create, key, retrieve};
