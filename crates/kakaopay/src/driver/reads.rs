//! One read of a charge at a time, shared by those that wait for it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kakaopay_flows::Response;
use kakaopay_types::ChargeId;

/// Which reads serve a caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Joins {
    /// One that begins after the call, because the caller has news that an earlier one may lack.
    #[default]
    Next,
    /// Also one that is in flight. Behind callers that wait for the next one, it joins that one.
    InFlight,
}

/// The reads of charges in this process.
#[derive(Debug, Default)]
pub(crate) struct Reads(Mutex<BTreeMap<ChargeId, Arc<Lane>>>);

/// The reads of one charge, one after another.
#[derive(Debug, Default)]
struct Lane {
    /// Number of reads that have begun.
    begun: AtomicU64,
    /// The last read that has ended: its number, and its response. Locked while a read is in flight.
    last: tokio::sync::Mutex<Option<(u64, Response)>>,
}

impl Reads {
    /// Returns the response of a read of the charge, which `send` sends unless another caller has done so since.
    pub(crate) async fn read(
        &self,
        charge: &ChargeId,
        joins: Joins,
        send: impl Future<Output = Response>,
    ) -> Response {
        let user = User::of(self, charge);
        let begun = user.lane.begun.load(Ordering::SeqCst);
        let is_in_flight = user.lane.last.try_lock().is_err();
        let first = if joins == Joins::InFlight && is_in_flight { begun } else { begun + 1 };
        let mut last = user.lane.last.lock().await;
        if let Some((_, response)) = last.as_ref().filter(|(number, _)| *number >= first) {
            return response.clone();
        }
        let number = user.lane.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let response = send.await;
        *last = Some((number, response.clone()));
        response
    }

    /// Sends a read of the charge whose response serves the caller alone, when no other is in flight.
    pub(crate) async fn read_alone<T>(&self, charge: &ChargeId, send: impl Future<Output = T>) -> T {
        let user = User::of(self, charge);
        let mut last = user.lane.last.lock().await;
        user.lane.begun.fetch_add(1, Ordering::SeqCst);
        // Those that wait for it must read for themselves.
        *last = None;
        send.await
    }

    fn lanes(&self) -> MutexGuard<'_, BTreeMap<ChargeId, Arc<Lane>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A user of a lane. The last one removes it.
struct User<'a> {
    reads: &'a Reads,
    charge: &'a ChargeId,
    lane: Arc<Lane>,
}

impl<'a> User<'a> {
    fn of(reads: &'a Reads, charge: &'a ChargeId) -> Self {
        let lane = Arc::clone(reads.lanes().entry(charge.clone()).or_default());
        Self { reads, charge, lane }
    }
}

impl Drop for User<'_> {
    fn drop(&mut self) {
        let mut lanes = self.reads.lanes();
        // The map has one, and this user the other.
        if Arc::strong_count(&self.lane) == 2 {
            lanes.remove(self.charge);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kakaopay_flows::RequestFailure;
    use tokio::time::{Instant, sleep};

    use super::*;

    fn charge() -> ChargeId {
        ChargeId::parse("chrg_test_1").expect("an id")
    }

    /// Reads for 10 s, after a while, and returns the number of reads so far and when it had the response.
    async fn read(reads: Arc<Reads>, sent: Arc<AtomicU64>, after: u64, joins: Joins) -> (u64, u64) {
        let begun = Instant::now();
        sleep(Duration::from_secs(after)).await;
        let send = async {
            sent.fetch_add(1, Ordering::SeqCst);
            sleep(Duration::from_secs(10)).await;
            Response::Read {
                charge: charge(),
                after_seq: 0,
                served_at: None,
                result: Err(RequestFailure::NotSent),
            }
        };
        drop(reads.read(&charge(), joins, send).await);
        (sent.load(Ordering::SeqCst), begun.elapsed().as_secs())
    }

    /// F54: those that come during a read share the one after it, and only a caller without news joins it.
    #[tokio::test(start_paused = true)]
    async fn f54_one_read_at_a_time_serves_all_that_wait() {
        let (reads, sent) = (Arc::new(Reads::default()), Arc::new(AtomicU64::new(0)));
        let callers = [
            (0, Joins::InFlight),
            (1, Joins::InFlight),
            (2, Joins::Next),
            (9, Joins::Next),
            (11, Joins::Next),
        ];
        let callers = callers
            .map(|(after, joins)| tokio::spawn(read(Arc::clone(&reads), Arc::clone(&sent), after, joins)));
        let mut ends = Vec::new();
        for caller in callers {
            ends.push(caller.await.expect("no panic"));
        }
        assert_eq!(ends, [(1, 10), (1, 10), (2, 20), (2, 20), (3, 30)]);
        assert!(reads.lanes().is_empty(), "the lane is removed");
    }

    /// F54: a read whose response is not shared takes its turn, too.
    #[tokio::test(start_paused = true)]
    async fn f54_a_read_alone_takes_its_turn() {
        let (reads, sent) = (Arc::new(Reads::default()), Arc::new(AtomicU64::new(0)));
        let first = tokio::spawn(read(Arc::clone(&reads), Arc::clone(&sent), 0, Joins::Next));
        let begun = Instant::now();
        sleep(Duration::from_secs(1)).await;
        let (charge, alone) = (charge(), Arc::clone(&reads));
        let send = async move {
            let began = begun.elapsed().as_secs();
            sleep(Duration::from_secs(5)).await;
            began
        };
        let second = tokio::spawn(async move { alone.read_alone(&charge, send).await });
        let third = tokio::spawn(read(Arc::clone(&reads), Arc::clone(&sent), 11, Joins::InFlight));
        assert_eq!(first.await.expect("no panic"), (1, 10));
        assert_eq!(second.await.expect("no panic"), 10);
        assert_eq!(third.await.expect("no panic"), (2, 24), "from 12 s on it waits until 15 s, and reads");
        assert!(reads.lanes().is_empty(), "the lane is removed");
    }

    /// F54: a read that was cancelled serves none, and holds none up.
    #[tokio::test(start_paused = true)]
    async fn f54_a_cancelled_read_makes_way() {
        let (reads, sent) = (Arc::new(Reads::default()), Arc::new(AtomicU64::new(0)));
        let first = tokio::spawn(read(Arc::clone(&reads), Arc::clone(&sent), 0, Joins::Next));
        let second = tokio::spawn(read(Arc::clone(&reads), Arc::clone(&sent), 1, Joins::InFlight));
        sleep(Duration::from_secs(5)).await;
        first.abort();
        assert_eq!(second.await.expect("no panic"), (2, 15));
        assert!(reads.lanes().is_empty(), "the lane is removed");
    }
}
