//! Descriptions of calls about sources, charges and refunds.

use super::description::{Body, Description, Good, Lead, describe};
use crate::openapi::parameter::Query;

/// Follow-up calls for a charge.
const ABOUT_IT: &[Lead] = &[
    ("charges.retrieve", CHARGE),
    ("charges.events", CHARGE),
    ("charges.expire", CHARGE),
    ("charges.mark_as_paid", CHARGE),
    ("charges.mark_as_failed", CHARGE),
    ("charges.capture", CHARGE),
    ("charges.reverse", CHARGE),
];
/// Follow-up calls for a paid charge.
const ABOUT_ITS_MONEY: &[Lead] = &[
    ("refunds.create", CHARGE),
    ("charges.refunds", CHARGE),
    ("transactions.retrieve", &[("transaction", "$response.body#/transaction")]),
];
const ABOUT_A_REFUND: &[Lead] =
    &[("refunds.retrieve", &[("charge", "$response.body#/charge"), ("refund", "$response.body#/id")])];
const CHARGE: &[(&str, &str)] = &[("charge", "$response.body#/id")];

pub(super) const DESCRIPTIONS: &[Description] = &[
    describe("sources.create", "Creates a source. The public key suffices.", Good::Object("Source"))
        .takes(Body::Needed("NewSource"))
        .leads(&[("sources.retrieve", &[("source", "$response.body#/id")])])
        .refuses(&[500]),
    describe("sources.retrieve", "Retrieves a source. The public key suffices.", Good::Object("Source")),
    describe(
        "capability.retrieve",
        "Lists payment methods. The public key suffices.",
        Good::Newer("Capability"),
    ),
    describe("charges.create", "Creates a charge.", Good::Object("Charge"))
        .takes(Body::Needed("NewCharge"))
        .leads(ABOUT_IT)
        .refuses(&[500]),
    describe("charges.list", "Lists charges.", Good::Object("ChargeList"))
        .with_query(&[Query::Page, Query::Expand]),
    describe("charges.retrieve", "Retrieves a charge.", Good::Object("Charge"))
        .with_query(&[Query::Expand])
        .refuses(&[500]),
    describe("charges.update", "Changes the merchant's data of a charge.", Good::Object("Charge"))
        .takes(Body::Either("ChargeChanges"))
        .refuses(&[500]),
    describe("charges.events", "Lists the events of a charge and its refunds.", Good::Object("EventList"))
        .with_query(&[Query::Page]),
    describe("charges.expire", "Expires a pending charge.", Good::Object("Charge")).refuses(&[500]),
    describe("charges.mark_as_paid", "Marks a charge as paid by the buyer.", Good::Object("Charge"))
        .leads(ABOUT_ITS_MONEY)
        .refuses(&[500]),
    describe("charges.mark_as_failed", "Marks a charge as failed.", Good::Object("Charge"))
        .takes(Body::Either("Failure"))
        .refuses(&[500]),
    describe("charges.capture", "Always rejected: KakaoPay has no authorization.", Good::Never),
    describe("charges.reverse", "Always rejected: KakaoPay has no authorization.", Good::Never),
    describe("refunds.create", "Refunds a paid charge in full or in part.", Good::Object("Refund"))
        .takes(Body::Needed("NewRefund"))
        .leads(ABOUT_A_REFUND)
        .refuses(&[500]),
    describe("charges.refunds", "Lists the refunds of a charge.", Good::Object("RefundList"))
        .with_query(&[Query::Page]),
    describe("refunds.retrieve", "Retrieves a refund.", Good::Object("Refund"))
        .with_query(&[Query::Expand])
        .refuses(&[500]),
    describe("refunds.list", "Lists refunds.", Good::Object("RefundList")).with_query(&[Query::Page]),
];
