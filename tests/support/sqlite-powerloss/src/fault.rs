//! A disk that fails while it has power.

use crate::error::DiskError;

/// A kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// A write fails, and nothing of it is done.
    WriteFails,
    /// There is no room for a write.
    NoRoom,
    /// There is room for the first half of a write.
    HalfRoom,
    /// A sync fails; unwritten pages stay pending.
    SyncFails,
    /// A sync fails, and the system regards unwritten pages as written. Reads find them in the cache, the next sync
    /// succeeds, and they never reach the disk. Linux does so, and reports it once to each open handle.
    SyncForgets,
}

impl FaultKind {
    fn of_a_sync(self) -> bool {
        matches!(self, Self::SyncFails | Self::SyncForgets)
    }
}

/// A trouble that comes once, at one call or at several in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The kind of failure.
    pub kind: FaultKind,
    /// How many calls of that sort go well before.
    pub after: u64,
    /// How many fail then.
    pub times: u64,
}

/// The trouble that a disk has before it.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    next: Option<Fault>,
    met: u64,
}

impl Faults {
    pub(crate) fn inject(&mut self, fault: Fault) {
        self.next = Some(fault);
        self.met = 0;
    }

    /// How many calls have failed because of the last fault.
    pub(crate) fn met(&self) -> u64 {
        self.met
    }

    /// The fate of a write: how many of its bytes are written, and its error.
    pub(crate) fn write(&mut self, length: usize) -> (usize, Result<(), DiskError>) {
        match self.meet(false) {
            None => (length, Ok(())),
            Some(FaultKind::HalfRoom) => (length / 2, Err(DiskError::Full)),
            Some(FaultKind::NoRoom) => (0, Err(DiskError::Full)),
            Some(_) => (0, Err(DiskError::Write)),
        }
    }

    /// The fate of a sync.
    pub(crate) fn sync(&mut self) -> Option<FaultKind> {
        self.meet(true)
    }

    fn meet(&mut self, sync: bool) -> Option<FaultKind> {
        let fault = self.next.as_mut().filter(|fault| fault.kind.of_a_sync() == sync)?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        if fault.times == 0 {
            return None;
        }
        fault.times -= 1;
        self.met += 1;
        Some(fault.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_comes_when_it_is_due_and_goes() {
        let mut faults = Faults::default();
        assert_eq!(faults.write(8), (8, Ok(())));
        faults.inject(Fault { kind: FaultKind::HalfRoom, after: 1, times: 2 });
        let met: Vec<_> = (0..4).map(|_| faults.write(8).0).collect();
        assert_eq!((met, faults.met()), (vec![8, 4, 4, 8], 2));
        assert_eq!(faults.sync(), None);
        faults.inject(Fault { kind: FaultKind::SyncForgets, after: 0, times: 1 });
        assert_eq!(faults.write(8), (8, Ok(())));
        assert_eq!(faults.sync(), Some(FaultKind::SyncForgets));
        assert_eq!(faults.sync(), None);
    }
}
