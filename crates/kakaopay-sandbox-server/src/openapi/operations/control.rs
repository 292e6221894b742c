//! The sandbox itself.

use super::description::{Body, Description, Good, describe};

pub(super) const DESCRIPTIONS: &[Description] = &[
    describe("sandbox.clock", "The time in the sandbox.", Good::Json("Clock")),
    describe("sandbox.set_clock", "Sets, moves, freezes the clock or lets it run.", Good::Json("Clock"))
        .takes(Body::Json("ClockChange"))
        .refuses(&[400]),
    describe("sandbox.faults", "How many rules are set.", Good::Json("FaultCount")),
    describe("sandbox.set_faults", "What goes wrong from now on.", Good::Json("FaultCount"))
        .takes(Body::Json("FaultRules"))
        .refuses(&[400]),
    describe("sandbox.clear_faults", "Nothing goes wrong any more.", Good::Json("FaultCount")),
    describe("sandbox.plan_webhooks", "How webhooks arrive from now on.", Good::Json("Plan"))
        .takes(Body::Json("PlanChange"))
        .refuses(&[400]),
    describe("sandbox.reset", "As it was when it was built.", Good::Json("Done")),
    describe("sandbox.snapshot", "Everything there is; webhook secrets are in it.", Good::Json("Snapshot")),
    describe("sandbox.restore", "A snapshot, in the place of everything there is.", Good::Json("Done"))
        .takes(Body::Json("Snapshot"))
        .refuses(&[400]),
    describe("sandbox.resend", "Posts an event once more.", Good::Json("Done")).refuses(&[404]),
];
