//! Locks on a file: SQLite's five levels, and the eight slots of the log's index.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::DiskError;

/// Which open file asks.
pub(crate) type Holder = u64;

/// How far a handle holds a file, as SQLite numbers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    None,
    Shared,
    Reserved,
    Pending,
    Exclusive,
}

/// Who holds a file, and how far.
#[derive(Debug, Default)]
pub(crate) struct FileLocks(BTreeMap<Holder, Level>);

impl FileLocks {
    /// Holds the file further.
    pub(crate) fn raise(&mut self, holder: Holder, level: Level) -> Result<(), DiskError> {
        if self.level(holder) >= level {
            return Ok(());
        }
        let others = self.others(holder);
        match level {
            Level::None => {}
            Level::Shared if others >= Level::Pending => return Err(DiskError::Busy),
            Level::Reserved | Level::Pending | Level::Exclusive if others >= Level::Reserved => {
                return Err(DiskError::Busy);
            }
            Level::Exclusive if others >= Level::Shared => {
                // Whoever reads may finish, and nobody begins.
                self.0.insert(holder, Level::Pending);
                return Err(DiskError::Busy);
            }
            _ => {}
        }
        self.0.insert(holder, level);
        Ok(())
    }

    /// Holds the file less far.
    pub(crate) fn lower(&mut self, holder: Holder, level: Level) {
        if level == Level::None {
            self.0.remove(&holder);
        } else if self.level(holder) > level {
            self.0.insert(holder, level);
        }
    }

    /// Whether a handle is about to write.
    pub(crate) fn is_reserved(&self) -> bool {
        self.0.values().any(|level| *level >= Level::Reserved)
    }

    fn level(&self, holder: Holder) -> Level {
        self.0.get(&holder).copied().unwrap_or(Level::None)
    }

    fn others(&self, holder: Holder) -> Level {
        let others = self.0.iter().filter(|(other, _)| **other != holder);
        others.map(|(_, level)| *level).max().unwrap_or(Level::None)
    }
}

/// Who holds one place of the index.
#[derive(Debug, Default)]
pub(crate) struct PlaceLock {
    readers: BTreeSet<Holder>,
    writer: Option<Holder>,
}

impl PlaceLock {
    /// Whether this holder could have it.
    pub(crate) fn is_free(&self, holder: Holder, alone: bool) -> bool {
        let others_read = self.readers.iter().any(|reader| *reader != holder);
        self.writer.is_none_or(|writer| writer == holder) && !(alone && others_read)
    }

    pub(crate) fn take(&mut self, holder: Holder, alone: bool) {
        if alone {
            self.writer = Some(holder);
        } else {
            self.readers.insert(holder);
        }
    }

    pub(crate) fn release(&mut self, holder: Holder) {
        self.readers.remove(&holder);
        self.writer = self.writer.filter(|writer| *writer != holder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_read_and_one_writes() {
        let mut locks = FileLocks::default();
        locks.raise(1, Level::Shared).unwrap();
        locks.raise(2, Level::Shared).unwrap();
        locks.raise(1, Level::Reserved).unwrap();
        assert_eq!(locks.raise(2, Level::Reserved), Err(DiskError::Busy));
        locks.raise(3, Level::Shared).unwrap();
        assert!(locks.is_reserved());
        assert_eq!(locks.raise(1, Level::Exclusive), Err(DiskError::Busy));
        assert_eq!(locks.raise(4, Level::Shared), Err(DiskError::Busy));
        locks.lower(2, Level::None);
        locks.lower(3, Level::None);
        locks.raise(1, Level::Exclusive).unwrap();
        locks.lower(1, Level::Shared);
        locks.raise(4, Level::Shared).unwrap();
        assert!(!locks.is_reserved());
    }

    #[test]
    fn a_place_is_read_by_many_or_held_by_one() {
        let mut place = PlaceLock::default();
        place.take(1, false);
        assert!(place.is_free(2, false) && !place.is_free(2, true) && place.is_free(1, true));
        place.release(1);
        place.take(2, true);
        assert!(!place.is_free(1, false));
        place.release(2);
        assert!(place.is_free(1, true));
    }
}
