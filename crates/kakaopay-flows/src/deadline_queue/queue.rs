//! The deadlines of as many payments as there are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use kakaopay_types::Timestamp;

use crate::input::Now;
use crate::output::Deadline;

/// The deadlines of as many payments as there are: one each, set, replaced, cancelled, and given back
/// when due. Pure: it has no clock, and the time is an argument.
///
/// A payment is known by a number: its place in a table of your own, since memory is taken up to the
/// largest. A deadline that is set, comes due and is set again takes about 20 bytes; those that were
/// replaced or cancelled leave as much behind until there are more of them than of the others. Setting
/// one, and taking one that is due, cost the same however many there are (`cargo xtask bench flows` says
/// how much of each).
///
/// What is far off waits in coarse buckets, is moved to finer ones as its time comes near, and is put
/// in order only within the eighth of a second that is at hand. Nothing is given back early, and of what
/// is due the earliest comes first.
///
/// ```
/// use kakaopay_flows::{Deadline, DeadlineQueue};
/// use kakaopay_types::Timestamp;
///
/// let at = |seconds| Timestamp::UNIX_EPOCH.saturating_add_seconds(seconds);
/// let mut queue = DeadlineQueue::new(at(0));
/// queue.set(7, Deadline::At(at(20)));
/// queue.set(8, Deadline::At(at(10)));
/// // The deadline takes the place of the one before, as it does on a payment.
/// queue.set(7, Deadline::At(at(5)));
/// assert_eq!(queue.next_due(), Some(at(5)));
/// assert_eq!(queue.pop_due(at(9)), Some(7));
/// assert_eq!(queue.pop_due(at(9)), None);
/// queue.set(8, Deadline::Never);
/// assert!(queue.is_empty());
/// ```
#[derive(Debug, Clone)]
pub struct DeadlineQueue {
    /// By number, in milliseconds since the epoch; [`NONE`] without a deadline. This alone says what is
    /// due when: what stands anywhere below and does not agree with it is left over from before.
    at: Vec<i64>,
    /// What is due in the tick that the cursor stands at, the earliest last.
    due: Vec<Entry>,
    /// What was set when its tick had come already.
    late: BinaryHeap<Reverse<(i64, u32)>>,
    /// What lies ahead: each wheel turns once while the next moves on by one bucket.
    wheels: [Wheel; WHEELS],
    /// What lies beyond the last wheel.
    far: Vec<u32>,
    /// No later than the first tick in `far`.
    far_from: i64,
    /// The tick whose turn it is.
    cursor: i64,
    live: usize,
}

/// The lower half of a deadline, and the number of the payment: in the order of the deadlines among
/// those of one tick, and as small as it can be, because it is moved from bucket to bucket.
type Entry = u64;

#[derive(Debug, Clone)]
struct Wheel {
    buckets: Vec<Vec<Entry>>,
    /// How much all of them hold, left-overs included.
    held: usize,
}

/// A tick has 2⁷ milliseconds.
const TICK_BITS: u32 = 7;
/// A wheel has 2⁸ buckets.
const WHEEL_BITS: u32 = 8;
/// Three wheels turn in 33 seconds, 2.3 hours and 25 days.
const WHEELS: usize = 3;
/// Stands for no deadline.
const NONE: i64 = i64::MAX;

impl DeadlineQueue {
    /// A queue without deadlines. The time it begins at matters to its speed alone.
    #[must_use]
    pub fn new(now: Now) -> Self {
        Self::with_capacity(now, 0)
    }

    /// The same with room for payments up to a number.
    #[must_use]
    pub fn with_capacity(now: Now, payments: usize) -> Self {
        let wheel = || Wheel { buckets: vec![Vec::new(); 1 << WHEEL_BITS], held: 0 };
        Self {
            at: Vec::with_capacity(payments),
            due: Vec::new(),
            late: BinaryHeap::new(),
            wheels: [wheel(), wheel(), wheel()],
            far: Vec::new(),
            far_from: i64::MAX,
            cursor: tick(now.unix_millis()),
            live: 0,
        }
    }

    /// How many payments have a deadline.
    #[must_use]
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether no payment has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Does what [`Output::Deadline`](crate::Output::Deadline) says.
    pub fn set(&mut self, payment: u32, deadline: Deadline) {
        match deadline {
            Deadline::At(at) => self.insert(payment, at),
            Deadline::Never => {
                self.cancel(payment);
            }
        }
    }

    /// Gives a payment a deadline, in place of any before.
    pub fn insert(&mut self, payment: u32, at: Timestamp) {
        let at = millis_not_before(at);
        let index = index(payment);
        if index >= self.at.len() {
            self.at.resize(index + 1, NONE);
        }
        let before = std::mem::replace(&mut self.at[index], at);
        self.live += usize::from(before == NONE);
        self.place(payment, at);
        self.tidy();
    }

    /// Takes a payment's deadline away; whether it had one.
    pub fn cancel(&mut self, payment: u32) -> bool {
        let Some(at) = self.at.get_mut(index(payment)).filter(|at| **at != NONE) else { return false };
        *at = NONE;
        self.live -= 1;
        self.tidy();
        true
    }

    /// The payment whose deadline has come, the earliest first. It has none any more.
    pub fn pop_due(&mut self, now: Now) -> Option<u32> {
        let now = now.unix_millis();
        loop {
            let Some((at, payment, late)) = self.first() else {
                if self.cursor >= tick(now) {
                    return None;
                }
                self.advance(tick(now));
                continue;
            };
            let current = self.at[index(payment)];
            if current == at && at > now {
                return None;
            }
            if late {
                self.late.pop();
            } else {
                self.due.pop();
            }
            if current == at {
                self.at[index(payment)] = NONE;
                self.live -= 1;
                return Some(payment);
            }
        }
    }

    /// The earliest deadline. It looks through a bucket: ask once before a rest, not once a payment.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let due = self.due.iter().map(|entry| (self.whole(*entry), payment_of(*entry)));
        let here = due.chain(self.late.iter().map(|Reverse(late)| *late));
        let mut next = here.filter(|(at, payment)| self.at[index(*payment)] == *at).map(|(at, _)| at).min();
        // What is at hand comes before what lies ahead, and a finer wheel before a coarser one.
        for level in 0..WHEELS {
            if next.is_none() {
                next = self.first_in(level);
            }
        }
        let far = || self.far.iter().map(|payment| self.at[index(*payment)]).filter(|at| *at != NONE).min();
        Some(Timestamp::UNIX_EPOCH.saturating_add_millis(next.or_else(far)?))
    }

    /// What is at hand, the earliest first, and whether it stands in `late`.
    fn first(&self) -> Option<(i64, u32, bool)> {
        let due = self.due.last().map(|entry| (self.whole(*entry), payment_of(*entry), false));
        let late = self.late.peek().map(|Reverse((at, payment))| (*at, *payment, true));
        match (due, late) {
            (Some(due), Some(late)) => Some(due.min(late)),
            (due, late) => due.or(late),
        }
    }

    /// The earliest deadline on a wheel.
    fn first_in(&self, level: usize) -> Option<i64> {
        let shift = shift(level);
        let here = self.cursor >> shift;
        (here + 1..=here | MASK).find_map(|place| {
            let bucket = &self.wheels[level].buckets[slot(place)];
            let valid = bucket.iter().map(|entry| self.at[index(payment_of(*entry))]);
            valid.filter(|at| *at != NONE && tick(*at) >> shift == place).min()
        })
    }

    /// Puts a number where its deadline belongs, seen from the cursor.
    fn place(&mut self, payment: u32, at: i64) {
        let tick = tick(at);
        if tick <= self.cursor {
            self.late.push(Reverse((at, payment)));
            return;
        }
        for (level, wheel) in self.wheels.iter_mut().enumerate() {
            // The wheel's turn that the cursor is in.
            let turn = shift(level) + WHEEL_BITS;
            if tick >> turn == self.cursor >> turn {
                wheel.buckets[slot(tick >> shift(level))].push(entry(at, payment));
                wheel.held += 1;
                return;
            }
        }
        self.far.push(payment);
        self.far_from = self.far_from.min(tick);
    }

    /// Moves the cursor on to the next tick at which something is due, or to `target`. Nothing is at hand
    /// when it is called.
    fn advance(&mut self, target: i64) {
        self.cursor = self.next_stop().min(target);
        if self.cursor & turn_mask(WHEELS - 1) == 0 {
            let far = std::mem::take(&mut self.far);
            self.far_from = i64::MAX;
            for payment in far {
                let at = self.at[index(payment)];
                if at != NONE {
                    self.place(payment, at);
                }
            }
        }
        for level in (1..WHEELS).rev() {
            // A coarse bucket is emptied where the finer wheel begins to turn anew.
            if self.cursor & turn_mask(level - 1) == 0 {
                self.empty(level);
            }
        }
        let bucket = &mut self.wheels[0].buckets[slot(self.cursor)];
        // The emptied one takes the bucket's place, and its memory serves again.
        std::mem::swap(&mut self.due, bucket);
        self.wheels[0].held -= self.due.len();
        // Looking all of them up at once lets the processor wait for all of them at once, too.
        let (at, here) = (&self.at, self.cursor << TICK_BITS);
        self.due.retain(|entry| at[index(payment_of(*entry))] == whole(here, *entry));
        self.due.sort_unstable_by_key(|entry| Reverse(*entry));
    }

    /// The next tick at which there is something to do.
    fn next_stop(&self) -> i64 {
        let mut stop = self.cursor.saturating_add(1);
        for level in 0..WHEELS {
            if self.wheels[level].held > 0 {
                return stop;
            }
            // Nothing is left of this turn of the wheel.
            stop = (self.cursor | turn_mask(level)).saturating_add(1);
        }
        // Nor on any wheel, so that only the turn in which the first far one falls matters.
        stop.max(self.far_from & !turn_mask(WHEELS - 1))
    }

    /// Empties the bucket of a coarse wheel that the cursor stands at into the finer ones.
    fn empty(&mut self, level: usize) {
        let bucket = std::mem::take(&mut self.wheels[level].buckets[slot(self.cursor >> shift(level))]);
        self.wheels[level].held -= bucket.len();
        for entry in bucket {
            let at = self.whole(entry);
            if tick(at) == self.cursor {
                // It is not late: this very tick's bucket is emptied next.
                self.wheels[0].buckets[slot(self.cursor)].push(entry);
                self.wheels[0].held += 1;
            } else {
                self.place(payment_of(entry), at);
            }
        }
    }

    /// The whole deadline of an entry on a wheel, which lies less than 2³² milliseconds ahead.
    fn whole(&self, entry: Entry) -> i64 {
        whole(self.cursor << TICK_BITS, entry)
    }

    /// How much stands anywhere, left-overs included.
    pub(super) fn held(&self) -> usize {
        let wheels: usize = self.wheels.iter().map(|wheel| wheel.held).sum();
        wheels + self.due.len() + self.late.len() + self.far.len()
    }

    /// Rebuilds everything from the table once the left-overs are many. Each came of a call of its own,
    /// so that all of them together pay for it.
    fn tidy(&mut self) {
        if self.held() <= 2 * self.live + self.at.len() / 4 + 64 {
            return;
        }
        self.due.clear();
        self.late.clear();
        self.far.clear();
        self.far_from = i64::MAX;
        for wheel in &mut self.wheels {
            wheel.buckets.iter_mut().for_each(Vec::clear);
            wheel.held = 0;
        }
        for payment in (0_u32..).take(self.at.len()) {
            let at = self.at[index(payment)];
            if at != NONE {
                self.place(payment, at);
            }
        }
    }
}

const MASK: i64 = (1 << WHEEL_BITS) - 1;

fn tick(millis: i64) -> i64 {
    millis >> TICK_BITS
}

/// How many bits of a tick lie below a wheel's buckets.
fn shift(level: usize) -> u32 {
    WHEEL_BITS * u32::try_from(level).unwrap_or(0)
}

/// The bits of a tick within one turn of a wheel.
fn turn_mask(level: usize) -> i64 {
    (1 << (shift(level) + WHEEL_BITS)) - 1
}

fn slot(place: i64) -> usize {
    usize::try_from(place & MASK).unwrap_or(0)
}

fn entry(at: i64, payment: u32) -> Entry {
    u64::from(lower(at)) << 32 | u64::from(payment)
}

fn payment_of(entry: Entry) -> u32 {
    u32::try_from(entry & u64::from(u32::MAX)).unwrap_or(0)
}

fn deadline_of(entry: Entry) -> u32 {
    u32::try_from(entry >> 32).unwrap_or(0)
}

fn whole(here: i64, entry: Entry) -> i64 {
    here + i64::from(deadline_of(entry).wrapping_sub(lower(here)))
}

/// The lower half of a number of milliseconds.
fn lower(millis: i64) -> u32 {
    u32::try_from(millis & i64::from(u32::MAX)).unwrap_or(0)
}

fn index(payment: u32) -> usize {
    usize::try_from(payment).unwrap_or(usize::MAX)
}

/// A moment in whole milliseconds, rounded up where there is a moment: nothing is given back early.
fn millis_not_before(at: Timestamp) -> i64 {
    let is_before = |millis| Timestamp::from_unix_millis(millis).is_ok_and(|rounded| rounded < at);
    let millis = at.unix_millis();
    if is_before(millis) && Timestamp::from_unix_millis(millis + 1).is_ok() { millis + 1 } else { millis }
}
