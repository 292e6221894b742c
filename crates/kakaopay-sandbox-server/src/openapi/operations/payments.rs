//! Sources, charges and refunds.

use super::description::{Body, Description, Good, Lead, describe};
use crate::openapi::parameter::Query;

/// Calls about the charge that was answered.
const ABOUT_IT: &[Lead] = &[
    ("charges.retrieve", CHARGE),
    ("charges.events", CHARGE),
    ("charges.expire", CHARGE),
    ("charges.mark_as_paid", CHARGE),
    ("charges.mark_as_failed", CHARGE),
    ("charges.capture", CHARGE),
    ("charges.reverse", CHARGE),
];
/// Calls about the charge that was paid.
const ABOUT_ITS_MONEY: &[Lead] = &[
    ("refunds.create", CHARGE),
    ("charges.refunds", CHARGE),
    ("transactions.retrieve", &[("transaction", "$response.body#/transaction")]),
];
const ABOUT_A_REFUND: &[Lead] =
    &[("refunds.retrieve", &[("charge", "$response.body#/charge"), ("refund", "$response.body#/id")])];
const CHARGE: &[(&str, &str)] = &[("charge", "$response.body#/id")];

pub(super) const DESCRIPTIONS: &[Description] = &[
    describe("sources.create", "A new source; the public key may.", Good::Object("Source"))
        .takes(Body::Needed("NewSource"))
        .leads(&[("sources.retrieve", &[("source", "$response.body#/id")])])
        .refuses(&[500]),
    describe("sources.retrieve", "A source; the public key may.", Good::Object("Source")),
    describe("capability.retrieve", "What can be paid with; the public key may.", Good::Newer("Capability")),
    describe("charges.create", "A new charge.", Good::Object("Charge"))
        .takes(Body::Needed("NewCharge"))
        .leads(ABOUT_IT)
        .refuses(&[500]),
    describe("charges.list", "The charges.", Good::Object("ChargeList")).asks(&[Query::Page, Query::Expand]),
    describe("charges.retrieve", "A charge.", Good::Object("Charge")).asks(&[Query::Expand]).refuses(&[500]),
    describe("charges.update", "Changes what the merchant attached.", Good::Object("Charge"))
        .takes(Body::Either("ChargeChanges"))
        .refuses(&[500]),
    describe("charges.events", "The events of a charge and of its refunds.", Good::Object("EventList"))
        .asks(&[Query::Page]),
    describe("charges.expire", "Ends a charge that is pending.", Good::Object("Charge")).refuses(&[500]),
    describe("charges.mark_as_paid", "Ends a charge as if the buyer had paid.", Good::Object("Charge"))
        .leads(ABOUT_ITS_MONEY)
        .refuses(&[500]),
    describe("charges.mark_as_failed", "Ends a charge as if the payment had failed.", Good::Object("Charge"))
        .takes(Body::Either("Failure"))
        .refuses(&[500]),
    describe("charges.capture", "Refused: KakaoPay is paid at once.", Good::Never),
    describe("charges.reverse", "Refused: KakaoPay is paid at once.", Good::Never),
    describe("refunds.create", "Gives a paid charge back, or a part of it.", Good::Object("Refund"))
        .takes(Body::Needed("NewRefund"))
        .leads(ABOUT_A_REFUND)
        .refuses(&[500]),
    describe("charges.refunds", "The refunds of a charge.", Good::Object("RefundList")).asks(&[Query::Page]),
    describe("refunds.retrieve", "A refund.", Good::Object("Refund")).asks(&[Query::Expand]).refuses(&[500]),
    describe("refunds.list", "The refunds.", Good::Object("RefundList")).asks(&[Query::Page]),
];
