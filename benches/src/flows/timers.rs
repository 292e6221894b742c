//! A million deadlines: who keeps them, and what is done to them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use kakaopay_flows::DeadlineQueue;
use kakaopay_types::Timestamp;
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;
use tokio_util::time::DelayQueue;

/// How many payments wait.
pub const COUNT: u32 = 1_000_000;
/// Within which time each wants to be woken again, in milliseconds: an hour, the slowest pace of polling.
const SPAN: u64 = 3_600_000;

/// Somebody who keeps deadlines, in milliseconds from a beginning.
pub trait Timers {
    /// Gives a payment its first deadline.
    fn insert(&mut self, payment: u32, at: u64);
    /// The payment that is due at a time, if there is one; it gets another deadline.
    fn rearm(&mut self, now: u64, again: &mut dyn FnMut() -> u64) -> bool;
}

/// A way to begin with no deadlines.
pub type Begin = fn() -> Box<dyn Timers>;

/// All who keep deadlines.
#[must_use]
pub fn contestants() -> [(&'static str, Begin); 3] {
    [
        ("deadline_queue", || Box::new(DeadlineQueue::with_capacity(START, capacity()))),
        ("binary_heap", || Box::new(BinaryHeap::<Reverse<(i64, u32)>>::with_capacity(capacity()))),
        ("delay_queue", || Box::new(Tokio::new())),
    ]
}

/// Deadlines that are taken as they come due and set anew, with the time going on.
pub struct Timed {
    timers: Box<dyn Timers>,
    now: u64,
    random: u64,
}

impl Timed {
    /// As many as there are payments, spread over the time.
    #[must_use]
    pub fn new(begin: Begin) -> Self {
        let mut timed = Self { timers: begin(), now: 0, random: 1 };
        for payment in 0..COUNT {
            let at = draw(&mut timed.random);
            timed.timers.insert(payment, at);
        }
        timed
    }

    /// Takes the next one that comes due, and sets it anew.
    pub fn cycle(&mut self) {
        let Self { timers, now, random } = self;
        while !timers.rearm(*now, &mut || *now + draw(random)) {
            *now += 1;
        }
    }
}

const START: Timestamp = Timestamp::UNIX_EPOCH;

fn capacity() -> usize {
    usize::try_from(COUNT).unwrap_or_default()
}

/// Knuth's MMIX generator: the same deadlines in every run.
fn draw(random: &mut u64) -> u64 {
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    1 + (*random >> 33) % SPAN
}

fn millis(at: u64) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

fn moment(at: u64) -> Timestamp {
    Timestamp::from_unix_millis(millis(at)).unwrap_or(START)
}

impl Timers for DeadlineQueue {
    fn insert(&mut self, payment: u32, at: u64) {
        Self::insert(self, payment, moment(at));
    }

    fn rearm(&mut self, now: u64, again: &mut dyn FnMut() -> u64) -> bool {
        let Some(payment) = self.pop_due(moment(now)) else { return false };
        Self::insert(self, payment, moment(again()));
        true
    }
}

/// It cannot cancel, and is not asked to.
impl Timers for BinaryHeap<Reverse<(i64, u32)>> {
    fn insert(&mut self, payment: u32, at: u64) {
        self.push(Reverse((millis(at), payment)));
    }

    fn rearm(&mut self, now: u64, again: &mut dyn FnMut() -> u64) -> bool {
        match self.peek() {
            Some(Reverse((at, _))) if *at <= millis(now) => {}
            _ => return false,
        }
        let Some(Reverse((_, payment))) = self.pop() else { return false };
        self.push(Reverse((millis(again()), payment)));
        true
    }
}

/// Tokio's queue, in a runtime whose time stands still until it is moved.
struct Tokio {
    runtime: Runtime,
    queue: DelayQueue<u32>,
    start: Instant,
    now: u64,
}

impl Tokio {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime");
        let (queue, start) =
            runtime.block_on(async { (DelayQueue::with_capacity(capacity()), Instant::now()) });
        Self { runtime, queue, start, now: 0 }
    }

    fn at(&self, at: u64) -> Instant {
        self.start + Duration::from_millis(at)
    }
}

impl Timers for Tokio {
    fn insert(&mut self, payment: u32, at: u64) {
        let at = self.at(at);
        let _inside = self.runtime.enter();
        self.queue.insert_at(payment, at);
    }

    fn rearm(&mut self, now: u64, again: &mut dyn FnMut() -> u64) -> bool {
        if now > self.now {
            self.runtime.block_on(tokio::time::advance(Duration::from_millis(now - self.now)));
            self.now = now;
        }
        let inside = self.runtime.enter();
        let Poll::Ready(Some(expired)) = self.queue.poll_expired(&mut Context::from_waker(Waker::noop()))
        else {
            return false;
        };
        let payment = expired.into_inner();
        drop(inside);
        self.insert(payment, again());
        true
    }
}
