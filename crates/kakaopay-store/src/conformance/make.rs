//! Values for the cases.

use std::time::Duration;

use kakaopay_types::{ChargeId, EventId, Reference};

use crate::commit::{Commit, Seq};
use crate::outbox::{Lane, OutboxMessage};
use crate::work::NewInboxEvent;

pub(super) fn reference(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

pub(super) fn event(name: &str) -> EventId {
    EventId::parse(&format!("evnt_test_{name}")).expect("an event")
}

pub(super) fn charge(name: &str) -> ChargeId {
    ChargeId::parse(&format!("chrg_test_{name}")).expect("a charge")
}

pub(super) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn step(name: &str, expected: u64, entry: &str) -> Commit {
    Commit { entry: Some(entry.as_bytes().into()), ..Commit::new(reference(name), Seq::new(expected)) }
}

pub(super) fn message(key: &str) -> OutboxMessage {
    OutboxMessage::new(key, key.as_bytes())
}

pub(super) fn alert(key: &str) -> OutboxMessage {
    message(key).lane(Lane::Alert)
}

pub(super) fn delivery(name: &str, body: &str) -> NewInboxEvent {
    NewInboxEvent { event: event(name), body: body.as_bytes().into() }
}
