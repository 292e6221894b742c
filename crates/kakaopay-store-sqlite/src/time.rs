//! The store's clock, and the rows that were set in its future.

use std::fmt;
use std::sync::Arc;

use kakaopay_store::sql::{HighestTime, SET_BACK_TERM};
use kakaopay_store::{Clock, StoreError};
use kakaopay_types::Timestamp;
use rusqlite::Connection;

use crate::failure::failed;
use crate::term::end_of;

/// The store's clock, and the highest time that it has shown.
#[derive(Clone)]
pub(crate) struct StoreTime(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    highest: HighestTime,
}

impl StoreTime {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { clock, highest: HighestTime::new() }))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// What the clock shows if it was set back, so that rows are to be corrected.
    pub(crate) fn was_set_back(&self) -> Option<Timestamp> {
        let (so_far, now) = (self.0.highest.so_far(), self.now());
        self.0.highest.was_set_back(so_far, now).then_some(now)
    }

    /// The rows were corrected by this time.
    pub(crate) fn corrected(&self, now: Timestamp) {
        self.0.highest.corrected(now);
    }
}

impl fmt::Debug for StoreTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("StoreTime").field(&self.0.highest).finish()
    }
}

/// Makes rows that were set in the future of the clock due soon. Writes nothing if there are none.
pub(crate) fn correct(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    let (now, latest) = (now.unix_millis(), end_of(SET_BACK_TERM, now));
    for (count, correct) in QUEUES {
        let ahead: i64 = connection.query_row(count, [now], |row| row.get(0)).map_err(failed)?;
        if ahead > 0 {
            connection.execute(correct, [now, latest]).map_err(failed)?;
        }
    }
    Ok(())
}

/// Counts rows that were set in the future of the clock.
pub(crate) fn count_ahead(connection: &Connection, now: Timestamp) -> Result<u64, StoreError> {
    let mut ahead = 0;
    for (count, _) in QUEUES {
        let rows: i64 = connection.query_row(count, [now.unix_millis()], |row| row.get(0)).map_err(failed)?;
        ahead += rows.unsigned_abs();
    }
    Ok(ahead)
}

/// Of each queue, how to count the rows that were set in the future, and how to correct them. A lease keeps its length,
/// as its process is at work. There is no index for it: a clock is seldom set back, and each step of a payment would have
/// to write it.
const QUEUES: [(&str, &str); 4] = [
    (
        "SELECT count(*) FROM payment WHERE due_at IS NOT NULL AND due_set_at > ?1",
        "UPDATE payment
         SET due_at = min(due_at, iif(due_claim < 0, ?2, ?1 + due_at - due_set_at)), due_set_at = ?1
         WHERE due_at IS NOT NULL AND due_set_at > ?1",
    ),
    (
        "SELECT count(*) FROM inbox_event WHERE visible_at IS NOT NULL AND set_at > ?1",
        "UPDATE inbox_event
         SET visible_at = min(visible_at, iif(claim < 0, ?2, ?1 + visible_at - set_at)), set_at = ?1,
             received_at = min(received_at, ?1)
         WHERE visible_at IS NOT NULL AND set_at > ?1",
    ),
    (
        "SELECT count(*) FROM outbox_message WHERE visible_at IS NOT NULL AND set_at > ?1",
        "UPDATE outbox_message
         SET visible_at = min(visible_at, iif(is_claimed, ?1 + visible_at - set_at, ?2)), set_at = ?1,
             stored_at = min(stored_at, ?1)
         WHERE visible_at IS NOT NULL AND set_at > ?1",
    ),
    (
        "SELECT count(*) FROM job WHERE set_at > ?1",
        "UPDATE job SET due_at = min(due_at, ?2), set_at = ?1 WHERE set_at > ?1",
    ),
];
