//! What the tests share.

mod calls;

pub(crate) use calls::{SOURCE, amount, charge_to_create, create, key, retrieve};
