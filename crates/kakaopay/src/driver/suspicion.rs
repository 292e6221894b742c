//! Whether a store may lack payments.

/// Whether the store may lack payments that the service has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// It may: each new order is looked for before it is charged.
    Suspect,
    /// It has not been found out, which counts as suspect.
    Unknown,
    /// It has all of them, as far as is known.
    Cleared,
}
