//! Deadlines of a payment: in each state as time goes by, and after each input.

use kakaopay_flows::{Deadline, Input};
use kakaopay_pure_tests::Driven;
use kakaopay_pure_tests::input_tables::{TimedInput, inputs, refund_inputs, refund_states, states};
use kakaopay_pure_tests::order::start;
use kakaopay_pure_tests::table::Table;
use kakaopay_types::Timestamp;

/// A deadline in seconds after the beginning.
fn shown(deadline: Deadline) -> String {
    match deadline {
        Deadline::At(at) => {
            let millis = at.millis_since(start());
            let sign = if millis < 0 { "-" } else { "" };
            let millis = millis.unsigned_abs();
            format!("{sign}{}.{:03}", millis / 1_000, millis % 1_000)
        }
        Deadline::Never => "never".to_owned(),
    }
}

fn table(
    states: &[(&'static str, Driven)],
    told: &[TimedInput],
    cell: fn(Driven, Input, Timestamp) -> String,
) -> String {
    let rows = told.iter().map(|(name, input, at)| {
        let cells = states.iter().map(|(_, driven)| cell(driven.clone(), input.clone(), *at));
        ((*name).to_owned(), cells.collect())
    });
    let names = states.iter().map(|(name, _)| (*name).to_owned()).collect();
    Table { states: names, rows: rows.collect() }.render()
}

/// The deadline after an input, where it is another than before.
fn moved(mut driven: Driven, input: Input, at: Timestamp) -> String {
    let before = driven.deadline;
    driven.handle(input, at);
    if driven.deadline == before { ".".to_owned() } else { shown(driven.deadline) }
}

/// The deadline after a tick, other or not.
fn planned(mut driven: Driven, input: Input, at: Timestamp) -> String {
    driven.handle(input, at);
    shown(driven.deadline)
}

/// F15 among them: a clock that was set back an hour.
const MOMENTS: &[(&str, i64)] = &[
    ("an hour before", -3_600),
    ("at the beginning", 0),
    ("5 s", 5),
    ("30 s", 30),
    ("80 s", 80),
    ("100 s", 100),
    ("10 min", 600),
    ("15 min", 900),
    ("2 h", 7_200),
    ("a day", 86_400),
    ("7 days less a minute", 604_740),
    ("7 days", 604_800),
    ("7 days and a minute", 604_860),
    ("8 days", 691_200),
    ("100 days", 8_640_000),
];

fn ticks() -> Vec<TimedInput> {
    let tick = |(name, seconds): &(&'static str, i64)| {
        (*name, Input::Timeout, start().saturating_add_seconds(*seconds))
    };
    MOMENTS.iter().map(tick).collect()
}

/// F07: the plan of each state, from the first seconds to long after its end.
#[test]
fn f07_each_state_wakes_on_its_plan() {
    insta::assert_snapshot!("plan", table(&states(), &ticks(), planned));
    insta::assert_snapshot!("refund_plan", table(&refund_states(), &ticks(), planned));
}

/// The effect of each input on the deadline of each state.
#[test]
fn each_input_moves_the_deadline_where_it_should() {
    insta::assert_snapshot!("moved", table(&states(), &inputs(), moved));
    insta::assert_snapshot!("refund_moved", table(&refund_states(), &refund_inputs(), moved));
}
