//! The effects of an input, as a cell of a table.

use kakaopay_flows::{Input, PaymentEvent, Request};
use kakaopay_types::Timestamp;

use super::make::now;
use crate::Driven;
use crate::table::Table;

/// An input, its name in the table, and when it is handled.
pub type TimedInput = (&'static str, Input, Timestamp);

/// TimedInput late enough for an answer to be missed.
pub(super) fn late(inputs: Vec<(&'static str, Input)>) -> Vec<TimedInput> {
    inputs.into_iter().map(|(name, input)| (name, input, now())).collect()
}

/// The effects of an input: the next state, requests and notifications.
fn cell(
    mut driven: Driven,
    (input, at): (Input, Timestamp),
    state_of: fn(&Driven) -> &'static str,
) -> String {
    let (before, others) = (state_of(&driven), driven.payment.duplicate_charges().clone());
    let (events, links, deadline) = (driven.events.len(), driven.redirects.len(), driven.deadline);
    let requests = driven.handle(input, at);
    let mut cell = Vec::new();
    let after = state_of(&driven);
    cell.extend((before != after).then_some(after));
    cell.extend(requests.iter().map(|request| match request {
        Request::CreateSource(_) => "s",
        Request::CreateCharge(_) => "c",
        Request::RetrieveCharge(_) => "r",
        Request::ExpireCharge(_) => "x",
        Request::FindCharge(_) => "l",
        Request::CreateRefund { .. } => "R",
        Request::ListRefunds(_) => "L",
    }));
    cell.extend((driven.redirects.len() > links).then_some("link"));
    cell.extend(driven.events[events..].iter().map(|event| match event {
        PaymentEvent::Alert { .. } => "!",
        _ => "notify",
    }));
    cell.extend((*driven.payment.duplicate_charges() != others).then_some("watch"));
    if cell.is_empty() && driven.deadline != deadline {
        cell.push("wake");
    }
    if cell.is_empty() { ".".to_owned() } else { cell.join("+") }
}

/// Tells every state every input.
///
/// # Panics
/// If a payment is not in the state it is said to be in.
#[must_use]
pub fn table(
    states: &[(&'static str, Driven)],
    inputs: Vec<TimedInput>,
    state_of: fn(&Driven) -> &'static str,
) -> Table {
    for (name, driven) in states {
        assert_eq!(state_of(driven), *name);
    }
    let rows = inputs.into_iter().map(|(name, input, at)| {
        let cells = states.iter().map(|(_, driven)| cell(driven.clone(), (input.clone(), at), state_of));
        (name.to_owned(), cells.collect())
    });
    Table { states: states.iter().map(|(name, _)| (*name).to_owned()).collect(), rows: rows.collect() }
}
