//! Detects a journal with missing, damaged or altered entries.

use kakaopay_types::Reference;

use crate::commit::{Entry, Seq};
use crate::error::StoreError;
use crate::sql::{check_row, corrupt, row_checksum};

/// The table of an entry. An entry and a snapshot differ in their checksum even if all else is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "internal to the stores of this workspace")]
pub enum EntryKind {
    /// An entry of the journal.
    Entry,
    /// A snapshot.
    Snapshot,
}

impl EntryKind {
    fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Snapshot => "snapshot",
        }
    }

    /// The checksum of its row.
    #[must_use]
    pub fn checksum(self, reference: &Reference, seq: Seq, bytes: &[u8]) -> i64 {
        row_checksum(&[
            self.name().as_bytes(),
            reference.as_str().as_bytes(),
            &seq.get().to_be_bytes(),
            bytes,
        ])
    }

    /// Checks its row.
    ///
    /// # Errors
    /// `Corrupt` if it was damaged or altered.
    pub fn check(self, reference: &Reference, entry: &Entry, checksum: i64) -> Result<(), StoreError> {
        let now = self.checksum(reference, entry.seq, &entry.bytes);
        check_row(|| format!("{} {} of {reference}", self.name(), entry.seq.get()), checksum, now)
    }
}

/// Checks that `entries` number every entry behind `after` up to `last`, the payment's last entry.
///
/// # Errors
/// `Corrupt` if an entry is missing, also at the end.
pub fn check_journal(after: Seq, entries: &[Entry], last: Seq) -> Result<(), StoreError> {
    let mut previous = after;
    for entry in entries {
        if entry.seq != previous.next() {
            return Err(corrupt(format!("entry {} of the journal is missing", previous.next().get())));
        }
        previous = entry.seq;
    }
    if previous == last {
        return Ok(());
    }
    Err(corrupt(format!("the journal ends at entry {}, its payment at {}", previous.get(), last.get())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::StoreErrorKind;

    #[track_caller]
    fn check(after: u64, entries: &[u64], last: u64, complete: bool) {
        let entry = |seq: &u64| Entry { seq: Seq::new(*seq), bytes: Box::default() };
        let entries: Vec<_> = entries.iter().map(entry).collect();
        let result = check_journal(Seq::new(after), &entries, Seq::new(last));
        let kind = result.map_err(|error| error.kind());
        assert_eq!(kind, if complete { Ok(()) } else { Err(StoreErrorKind::Corrupt) });
    }

    #[test]
    fn a_journal_without_one_of_its_entries_is_corrupt() {
        check(0, &[], 0, true);
        check(0, &[1, 2, 3], 3, true);
        check(2, &[3], 3, true);
        check(3, &[], 3, true);
        check(0, &[2, 3], 3, false);
        check(0, &[1, 3], 3, false);
        check(0, &[1, 2], 3, false);
        check(0, &[1, 2, 3], 2, false);
        check(2, &[4], 4, false);
        check(3, &[], 2, false);
    }
}
