//! A disk that fails while it has power.

use crate::trouble::Trouble;

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// A write fails, and nothing of it is done.
    WriteFails,
    /// There is no room for a write.
    NoRoom,
    /// There is room for the first half of a write.
    HalfRoom,
    /// A sync fails; what was not written still waits to be.
    SyncFails,
    /// A sync fails, and the system takes what was not written for written. Reading finds it in the cache, the
    /// next sync succeeds, and it never reaches the disk. That is what Linux does; each who has the file open is
    /// told once.
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
    /// What fails.
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

    /// What a write meets: how many of its bytes are written, and what it fails with.
    pub(crate) fn write(&mut self, length: usize) -> (usize, Result<(), Trouble>) {
        match self.meet(false) {
            None => (length, Ok(())),
            Some(FaultKind::HalfRoom) => (length / 2, Err(Trouble::Full)),
            Some(FaultKind::NoRoom) => (0, Err(Trouble::Full)),
            Some(_) => (0, Err(Trouble::Write)),
        }
    }

    /// What a sync meets.
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
