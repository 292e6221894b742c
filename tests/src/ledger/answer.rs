//! What a store answers, in a form that all stores have in common.

/// What a store answers, in a form that all stores have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Answer {
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
    /// What was claimed: names in order, for deadlines with their moments, for messages with how often they
    /// were claimed by then.
    Claimed(Vec<(String, i64)>),
    /// The claim counts no more.
    Stale,
}
