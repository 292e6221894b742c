//! Migrates a schema to the newest version, and refuses schemas of other programs.

mod apply;
#[cfg(test)]
mod blocked_tests;
mod lock_holder;
mod lock_wait;
mod locks;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use apply::{check_newest, migrate};
pub use lock_holder::LockHolder;
pub(crate) use lock_wait::LockWait;
