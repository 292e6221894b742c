//! The result of a call, in a form common to all stores.

/// The result of a call, in a form common to all stores.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing but that it was done.
    #[default]
    Done,
    /// A step is stored, and this is the last entry.
    Stored(u64),
    /// There is another last entry than was said.
    Conflict {
        /// The last there is.
        found: u64,
    },
    /// The charge is another payment's.
    ChargeTaken,
    /// Whether it was new, or due.
    Truth(bool),
    /// The claimed rows: names in order, for deadlines with their times.
    Claimed(Vec<(String, i64)>),
    /// The claimed messages: keys in order, with how often each was claimed by then, and how often it failed.
    Messages(Vec<(String, i64, u32)>),
    /// A message was skipped, or had been by the decision at this time.
    Skipped(Option<i64>),
    /// There is no such message in the queue: it is completed, or was never stored.
    NotSkipped {
        /// Whether it is completed.
        completed: bool,
    },
    /// The claim counts no more.
    Stale,
}
