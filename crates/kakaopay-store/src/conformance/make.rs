//! Values for the cases.

use kakaopay_types::{ChargeId, EventId, Reference, Timestamp};

use crate::commit::{Commit, Seq};
use crate::outbox::{Lane, OutboxMessage};
use crate::work::{ClaimRequest, NewInboxEvent};

pub(super) fn reference(name: &str) -> Reference {
    Reference::parse(name).expect("a reference")
}

pub(super) fn event(name: &str) -> EventId {
    EventId::parse(&format!("evnt_test_{name}")).expect("an event")
}

pub(super) fn charge(name: &str) -> ChargeId {
    ChargeId::parse(&format!("chrg_test_{name}")).expect("a charge")
}

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH.saturating_add_seconds(seconds)
}

pub(super) fn lease(now: i64, until: i64) -> ClaimRequest {
    ClaimRequest { now: at(now), lease_until: at(until), limit: 10 }
}

pub(super) fn step(name: &str, expected: u64, entry: &str) -> Commit {
    Commit { entry: Some(entry.as_bytes().into()), ..Commit::new(reference(name), Seq::new(expected), at(7)) }
}

pub(super) fn message(key: &str) -> OutboxMessage {
    OutboxMessage::new(key, key.as_bytes())
}

pub(super) fn alert(key: &str) -> OutboxMessage {
    message(key).lane(Lane::Alert)
}

pub(super) fn delivery(name: &str, received_at: i64, body: &str) -> NewInboxEvent {
    NewInboxEvent { event: event(name), body: body.as_bytes().into(), received_at: at(received_at) }
}
