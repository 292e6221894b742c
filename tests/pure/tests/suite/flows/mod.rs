//! The state machines: single cases, tables, every order of inputs, properties, whole scenarios and every state of a
//! model.

mod acknowledge;
mod alerts;
mod cases;
mod clocks;
mod deadlines;
mod edited_metadata;
mod late_money;
mod manual_refunds;
mod manual_review;
mod messages;
mod mismatches;
mod model;
mod other_refunds;
mod pages;
mod pay_again;
mod permutations;
mod properties;
mod pruned;
mod refund_totals;
mod refunds;
mod retries;
mod set_clocks;
mod stored;
mod table;
mod world;
