//! The moves of a calm time: nothing fails but single calls of the store, and refunds are close to the end of their
//! window.

use kakaopay_hooked_store::StoreCall;

use crate::choices::Choices;
use crate::moves::{Action, Millis, Move};
use crate::store::{Failure, PlannedFailure};

/// When it begins, in seconds after 0:00 UTC: 23:50 where the buyers are.
pub(crate) const START: i64 = (15 * 60 + 50) * 60;
/// When the first refund is requested: 170 s before the window closes, the last one 50 s. A look-up for a refund takes
/// longer; a payment that comes again because the store failed while it was worked on does not.
const FIRST_REFUND: Millis = 1_330_000;
/// Refunds of an order, each of 1 minor unit.
const REFUNDS: u8 = 12;
/// Every method of the store that a payment's way depends on.
const CALLS: [StoreCall; 15] = [
    StoreCall::Commit,
    StoreCall::Commit,
    StoreCall::Commit,
    StoreCall::CommitDeadline,
    StoreCall::CommitSnapshot,
    StoreCall::Load,
    StoreCall::Load,
    StoreCall::FindByCharge,
    StoreCall::ClaimDue,
    StoreCall::ClaimEvents,
    StoreCall::NextDueIn,
    StoreCall::ClaimMessages,
    StoreCall::CompleteMessages,
    StoreCall::Renew,
    StoreCall::Setting,
];

/// The moves, of orders that are all paid.
pub(crate) fn moves(choices: &mut Choices, processes: usize, orders: usize) -> Vec<Move> {
    let mut moves = Vec::new();
    let mut add = |at, action| moves.push(Move { at, action });
    for _ in 0..3 {
        add(0, fail(choices, StoreCall::CommitSnapshot, 0));
    }
    for order in 0..orders {
        let mut process = || choices.any_of(processes);
        let opened = 1_000 + 20_000 * i64::try_from(order).unwrap_or(0);
        for again in [0, 5_000] {
            add(opened + again, Action::CheckOut { order, process: process() });
        }
        add(opened + 30_000, Action::Decide { order, paid: true });
        add(opened + 45_000, Action::Return { order, process: process() });
        for number in 1..=REFUNDS {
            let at = FIRST_REFUND + i64::from(number - 1) * 10_000 + choices.between(0, 5_000);
            let (call, after) = (choices.pick(&CALLS), choices.pick(&[0, 0, 1, 2, 3, 4]));
            add(at - 1, fail(choices, call, after));
            for again in [0, 3_000] {
                let process = choices.any_of(processes);
                add(at + again, Action::Refund { order, number, amount: 1, process });
            }
        }
    }
    moves
}

fn fail(choices: &mut Choices, call: StoreCall, after: u8) -> Action {
    let failure = choices.pick(&[Failure::Busy, Failure::Io, Failure::Conflict, Failure::IoAfter]);
    Action::FailStore(PlannedFailure { call, after, failure })
}
