//! Marks of journal entries, by which a writer knows its own.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes marks that no other process and no earlier step has made.
#[derive(Debug)]
pub(crate) struct Marks {
    writer: u64,
    last: AtomicU64,
}

impl Default for Marks {
    fn default() -> Self {
        // The keys of each hasher are random.
        Self { writer: RandomState::new().hash_one(()), last: AtomicU64::new(0) }
    }
}

impl Marks {
    /// Returns the next mark.
    pub(super) fn next(&self) -> String {
        format!("{:016x}{:x}", self.writer, self.last.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f55_each_mark_is_new() {
        let (one, other) = (Marks::default(), Marks::default());
        let marks = [one.next(), one.next(), other.next(), other.next()];
        for (index, mark) in marks.iter().enumerate() {
            assert!(!marks[..index].contains(mark), "{marks:?}");
        }
    }
}
