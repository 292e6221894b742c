//! Facts about a whole store.

/// A fact about a whole store, kept in it as text.
///
/// The caller gives its text a meaning. A store only keeps it, and makes [`Setting::StoreId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Setting {
    /// The store's identity, a [`StoreId`](kakaopay_types::StoreId). A store makes it at random with its schema.
    StoreId,
    /// The account whose payments the store has.
    Account,
    /// The mode of the account's keys.
    Mode,
    /// Digests of keys that were found to be of the account and mode, separated by spaces.
    KnownKeys,
    /// The service's time up to which the store was compared with the service without a gap.
    ReconciledUntil,
    /// Since when, and why, the store may lack payments that the service has; absent otherwise.
    Suspect,
    /// The service's time at which the store was last found to lack nothing, after it was suspect; absent if it never was.
    SuspectUntil,
    /// Why the store is not to be used, such as that its payments have moved; absent otherwise.
    Closed,
}

impl Setting {
    /// All settings.
    pub const ALL: [Self; 8] = [
        Self::StoreId,
        Self::Account,
        Self::Mode,
        Self::KnownKeys,
        Self::ReconciledUntil,
        Self::Suspect,
        Self::SuspectUntil,
        Self::Closed,
    ];

    /// Returns the name under which it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StoreId => "store_id",
            Self::Account => "account",
            Self::Mode => "mode",
            Self::KnownKeys => "known_keys",
            Self::ReconciledUntil => "reconciled_until",
            Self::Suspect => "suspect",
            Self::SuspectUntil => "suspect_until",
            Self::Closed => "closed",
        }
    }
}
