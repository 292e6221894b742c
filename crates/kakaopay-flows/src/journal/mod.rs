//! The stored formats: entries, records, snapshots and their versions.

pub(crate) mod entry;
pub(crate) mod pruned;
pub(crate) mod record;
pub(crate) mod refund_record;
pub(crate) mod snapshot;
pub(crate) mod stored_intent;
pub(crate) mod versioning;
