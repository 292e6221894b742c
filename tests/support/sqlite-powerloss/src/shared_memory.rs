//! The index of a write-ahead log: memory that all who have the file open share, and that goes with the last.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::atomic::AtomicU64;

use crate::error::DiskError;
use crate::lock::{Holder, PlaceLock};

/// How many places SQLite locks.
const PLACES: usize = 8;

/// The memory. Its words are atomic, since SQLite reads and writes them from several threads at once.
#[derive(Debug, Default)]
pub(crate) struct SharedMemory {
    regions: Vec<Box<[AtomicU64]>>,
    users: BTreeSet<Holder>,
    places: [PlaceLock; PLACES],
}

impl SharedMemory {
    /// The words of a region, made if that is wanted. They stay where they are until the last user leaves.
    pub(crate) fn region(
        &mut self,
        holder: Holder,
        number: usize,
        bytes: usize,
        make: bool,
    ) -> Option<&[AtomicU64]> {
        self.users.insert(holder);
        while make && self.regions.len() <= number {
            self.regions.push((0..bytes.div_ceil(8)).map(|_| AtomicU64::new(0)).collect());
        }
        self.regions.get(number).map(|region| &**region)
    }

    /// Takes all these places, or none.
    pub(crate) fn lock(
        &mut self,
        holder: Holder,
        places: Range<usize>,
        alone: bool,
    ) -> Result<(), DiskError> {
        let wanted = self.places.get_mut(places).ok_or(DiskError::Busy)?;
        if wanted.iter().any(|place| !place.is_free(holder, alone)) {
            return Err(DiskError::Busy);
        }
        wanted.iter_mut().for_each(|place| place.take(holder, alone));
        Ok(())
    }

    pub(crate) fn unlock(&mut self, holder: Holder, places: Range<usize>) {
        let held = self.places.get_mut(places).unwrap_or_default();
        held.iter_mut().for_each(|place| place.release(holder));
    }

    /// Ends the use of it. With the last user it is gone.
    pub(crate) fn leave(&mut self, holder: Holder) {
        self.unlock(holder, 0..PLACES);
        self.users.remove(&holder);
        if self.users.is_empty() {
            self.regions.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering;

    #[test]
    fn it_is_shared_and_goes_with_the_last_user() {
        let mut memory = SharedMemory::default();
        assert!(memory.region(1, 0, 64, false).is_none());
        memory.region(1, 1, 64, true).unwrap()[0].store(7, Ordering::Relaxed);
        assert_eq!(memory.region(2, 1, 64, false).unwrap()[0].load(Ordering::Relaxed), 7);
        memory.leave(1);
        assert!(memory.region(2, 1, 64, false).is_some());
        memory.leave(2);
        assert!(memory.region(3, 1, 64, false).is_none());
    }

    #[test]
    fn places_are_taken_together_or_not_at_all() {
        let mut memory = SharedMemory::default();
        memory.lock(1, 2..3, false).unwrap();
        assert_eq!(memory.lock(2, 1..4, true), Err(DiskError::Busy));
        memory.lock(3, 1..2, true).unwrap();
        memory.leave(1);
        memory.leave(3);
        memory.lock(2, 1..4, true).unwrap();
        memory.unlock(2, 1..4);
        memory.lock(1, 0..8, true).unwrap();
    }
}
