//! Descriptions of `/_sandbox`.

use super::description::{Body, Description, Good, describe};

pub(super) const DESCRIPTIONS: &[Description] = &[
    describe("sandbox.clock", "Returns the sandbox's clock.", Good::Json("Clock")),
    describe("sandbox.set_clock", "Sets, advances, freezes or runs the clock.", Good::Json("Clock"))
        .takes(Body::Json("ClockChange"))
        .refuses(&[400]),
    describe("sandbox.faults", "Returns the number of fault rules.", Good::Json("FaultCount")),
    describe("sandbox.set_faults", "Replaces the fault rules.", Good::Json("FaultCount"))
        .takes(Body::Json("FaultRules"))
        .refuses(&[400]),
    describe("sandbox.clear_faults", "Removes all fault rules.", Good::Json("FaultCount")),
    describe("sandbox.set_webhook_schedule", "Sets the webhook schedule.", Good::Json("WebhookSchedule"))
        .takes(Body::Json("WebhookScheduleChange"))
        .refuses(&[400]),
    describe("sandbox.reset", "Returns to the state when the sandbox was built.", Good::Json("Done")),
    describe("sandbox.snapshot", "Returns a snapshot, webhook secrets included.", Good::Json("Snapshot")),
    describe("sandbox.restore", "Replaces the state with a snapshot.", Good::Json("Done"))
        .takes(Body::Json("Snapshot"))
        .refuses(&[400]),
    describe("sandbox.resend", "Posts an event again.", Good::Json("Done")).refuses(&[404]),
];
