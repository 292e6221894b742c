//! A store whose calls tests fail and observe.

mod hooked_store;

pub use hooked_store::{HookedStore, StoreCall, StoreFault};
