//! The queue beside what it must do, said slowly.

use std::collections::BTreeSet;

use kakaopay_types::Timestamp;
use proptest::prelude::*;

use super::queue::DeadlineQueue;
use crate::output::Deadline;

fn at(millis: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH.saturating_add_millis(millis)
}

/// What it must do, said slowly.
#[derive(Default)]
struct Oracle(BTreeSet<(Timestamp, u32)>);

impl Oracle {
    fn set(&mut self, payment: u32, deadline: Option<Timestamp>) {
        self.0.retain(|(_, known)| *known != payment);
        self.0.extend(deadline.map(|at| (at, payment)));
    }
}

#[derive(Debug, Clone)]
enum Move {
    Insert(u32, i64),
    Cancel(u32),
    Pop(i64),
}

fn any_span() -> impl Strategy<Value = i64> {
    prop_oneof![
        -10_000_i64..10_000,
        0_i64..40_000,
        0_i64..20_000_000,
        0_i64..5_000_000_000,
        -80_000_000_000_000_i64..200_000_000_000_000,
    ]
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        6 => (0_u32..40, any_span()).prop_map(|(payment, span)| Move::Insert(payment, span)),
        1 => (0_u32..45).prop_map(Move::Cancel),
        3 => any_span().prop_map(Move::Pop),
    ]
}

proptest! {
    /// The time may leap either way, and a deadline may lie anywhere.
    #[test]
    fn f15_it_gives_back_what_is_due_in_order(
        start in any_span(),
        moves in prop::collection::vec(any_move(), 1..200),
    ) {
        let (mut now, mut queue, mut oracle) = (start, DeadlineQueue::new(at(start)), Oracle::default());
        for next in moves {
            match next {
                Move::Insert(payment, span) => {
                    let due = at((now + span).min(250_000_000_000_000));
                    queue.insert(payment, due);
                    oracle.set(payment, Some(due));
                }
                Move::Cancel(payment) => {
                    let had = oracle.0.iter().any(|(_, known)| *known == payment);
                    oracle.set(payment, None);
                    prop_assert_eq!(queue.cancel(payment), had);
                }
                Move::Pop(span) => {
                    // Within the years that a timestamp has.
                    now = (now + span / 4).clamp(-60_000_000_000_000, 200_000_000_000_000);
                    let due: Vec<_> = oracle.0.iter().copied().take_while(|(due, _)| *due <= at(now)).collect();
                    for (_, payment) in due {
                        oracle.set(payment, None);
                        prop_assert_eq!(queue.pop_due(at(now)), Some(payment));
                    }
                    prop_assert_eq!(queue.pop_due(at(now)), None);
                }
            }
            prop_assert_eq!(queue.len(), oracle.0.len());
            prop_assert_eq!(queue.is_empty(), oracle.0.is_empty());
            prop_assert_eq!(queue.next_due(), oracle.0.first().map(|(due, _)| *due));
        }
    }
}

#[test]
fn a_payments_output_sets_its_deadline_and_takes_it_away() {
    let mut queue = DeadlineQueue::new(at(0));
    queue.set(1, Deadline::At(at(5_000)));
    queue.set(2, Deadline::At(at(6_000)));
    queue.set(1, Deadline::At(at(7_000)));
    queue.set(2, Deadline::Never);
    assert_eq!((queue.len(), queue.next_due()), (1, Some(at(7_000))));
    assert_eq!((queue.pop_due(at(9_000)), queue.pop_due(at(9_000))), (Some(1), None));
}

#[test]
fn nothing_is_given_back_early() {
    let moment = Timestamp::parse("2026-01-01T00:00:00.0005Z").expect("a moment");
    let mut queue = DeadlineQueue::new(at(0));
    queue.insert(0, moment);
    assert_eq!(queue.pop_due(Timestamp::parse("2026-01-01T00:00:00.0004Z").expect("a moment")), None);
    assert_eq!(queue.pop_due(Timestamp::parse("2026-01-01T00:00:00.001Z").expect("a moment")), Some(0));
}

#[test]
fn i9_the_ends_of_time_are_reached_at_once() {
    let (first, last) = (at(i64::MIN), at(i64::MAX));
    let mut queue = DeadlineQueue::new(first);
    queue.insert(0, last);
    queue.insert(1, first);
    queue.insert(2, at(0));
    assert_eq!(queue.pop_due(first), Some(1));
    assert_eq!(queue.pop_due(first), None);
    assert_eq!((queue.pop_due(last), queue.pop_due(last)), (Some(2), Some(0)));
    assert_eq!((queue.pop_due(last), queue.next_due()), (None, None));
}

#[test]
fn i9_what_is_left_over_is_cleared_away() {
    let mut queue = DeadlineQueue::new(at(0));
    for round in 0..100_000 {
        queue.insert(0, at(1_000_000 + round * 1_000));
        queue.insert(1, at(3_000));
        queue.cancel(1);
    }
    assert!(queue.held() < 200, "{}", queue.held());
    assert_eq!((queue.len(), queue.next_due()), (1, Some(at(100_999_000))));
}

/// Wherever something stands, it is counted, so that left-overs cannot hide.
#[test]
fn i9_everything_that_is_held_is_counted() {
    let mut queue = DeadlineQueue::new(at(0));
    let wheels = [1_000, 100_000, 10_000_000];
    for (payment, millis) in (0..).zip(wheels) {
        queue.insert(payment, at(millis));
        assert_eq!(queue.held(), usize::try_from(payment).expect("small") + 1);
    }
    // Far off, twice, and long past, three times.
    for (held, (payment, millis)) in (4..).zip([(3, 1 << 40), (4, 1 << 41), (5, -1), (6, -2), (7, -3)]) {
        queue.insert(payment, at(millis));
        assert_eq!(queue.held(), held);
    }
    // Three of one tick come to hand together.
    queue.insert(8, at(1_001));
    queue.insert(9, at(1_002));
    assert_eq!(queue.held(), 10);
    for (held, payment) in [(9, 7), (8, 6), (7, 5), (6, 0)] {
        assert_eq!((queue.pop_due(at(1_000)), queue.held()), (Some(payment), held));
    }
    assert_eq!((queue.pop_due(at(1_000)), queue.held(), queue.len()), (None, 6, 6));
}

/// Left-overs are cleared away once they are many beside what is there, and not before.
#[test]
fn i9_left_overs_are_cleared_away_in_time() {
    for (payments, most) in [(1, 2 + 64), (1_000, 2_000 + 250 + 64)] {
        let mut queue = DeadlineQueue::new(at(0));
        for payment in 0..payments {
            queue.insert(payment, at(2_000_000 + i64::from(payment)));
        }
        let live = queue.len();
        for held in live + 1..=most {
            queue.insert(0, at(1_000_000));
            assert_eq!(queue.held(), held);
        }
        queue.insert(0, at(1_000_000));
        assert_eq!((queue.held(), queue.len()), (live, live));
        assert_eq!(queue.pop_due(at(1_000_000)), Some(0));
        for payment in 1..payments {
            assert_eq!(queue.pop_due(at(3_000_000)), Some(payment));
        }
        assert_eq!(queue.pop_due(at(3_000_000)), None);
    }
}

/// Behind the last moment there is none to round up to.
#[test]
fn i9_the_last_moment_is_not_rounded_up() {
    let mut queue = DeadlineQueue::new(at(0));
    let last = at(i64::MAX);
    queue.insert(0, last);
    let due = queue.next_due().expect("a deadline");
    assert!(due <= last && due > last.saturating_add_millis(-1), "{due}");
}
