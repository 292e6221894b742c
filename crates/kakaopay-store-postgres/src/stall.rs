//! Commits that get no response: one at a time finds out when they do again.

use std::sync::atomic::{AtomicBool, Ordering};

use kakaopay_store::{StoreError, StoreErrorKind};
use tokio::sync::{Mutex, MutexGuard};

/// Whether commits get no response, as when a synchronous standby is away.
///
/// Each that is tried keeps a connection busy until the server responds, so that one at a time is tried, and reading
/// goes on.
pub(crate) struct Stall {
    lasts: AtomicBool,
    probe: Mutex<()>,
}

/// Permission to write.
pub(crate) struct Turn<'a> {
    stall: &'a Stall,
    _probe: Option<MutexGuard<'a, ()>>,
}

impl Stall {
    pub(crate) fn new() -> Self {
        Self { lasts: AtomicBool::new(false), probe: Mutex::new(()) }
    }

    /// A write got no response.
    pub(crate) fn begin(&self) {
        self.lasts.store(true, Ordering::Relaxed);
    }

    /// Permission to write, when this many connections wait for responses that were given up.
    ///
    /// # Errors
    /// `Busy` while another write finds out whether the server responds again, or half of the connections wait.
    pub(crate) fn turn(&self, given_up: usize, most: usize) -> Result<Turn<'_>, StoreError> {
        if !self.lasts.load(Ordering::Relaxed) {
            return Ok(Turn { stall: self, _probe: None });
        }
        let busy = |_| {
            let why =
                "the server does not respond to commits: check its locks, and the standbys it waits for";
            StoreError::new(StoreErrorKind::Busy, why)
        };
        if given_up * 2 > most {
            return Err(busy(()));
        }
        let probe = self.probe.try_lock().map_err(|_| busy(()))?;
        Ok(Turn { stall: self, _probe: Some(probe) })
    }
}

impl Turn<'_> {
    /// The write got its response.
    pub(crate) fn succeeded(self) {
        self.stall.lasts.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f67_one_write_at_a_time_is_tried_until_one_succeeds() {
        let stall = Stall::new();
        let all = [stall.turn(0, 8), stall.turn(0, 8)];
        assert!(all.iter().all(Result::is_ok));
        stall.begin();
        let probe = stall.turn(4, 8).unwrap();
        assert_eq!(stall.turn(4, 8).err().unwrap().kind(), StoreErrorKind::Busy);
        drop(probe);
        assert!(stall.turn(5, 8).is_err(), "half of the connections wait");
        assert!(stall.turn(0, 1).is_ok() && stall.turn(1, 1).is_err(), "a single connection");
        stall.turn(4, 8).unwrap().succeeded();
        let all = [stall.turn(8, 8), stall.turn(8, 8)];
        assert!(all.iter().all(Result::is_ok));
    }
}
