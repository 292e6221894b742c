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
    /// The claimed rows: names in order, for deadlines with their times, for messages with how often they
    /// were claimed by then.
    Claimed(Vec<(String, i64)>),
    /// The claim counts no more.
    Stale,
}
