//! Sources, charges and refunds.

use super::entry::{Body, Good, Lead, Told, told};
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

pub(super) const TOLD: &[Told] = &[
    told("sources.create", "A new source; the public key may.", Good::Object("Source"))
        .takes(Body::Needed("NewSource"))
        .leads(&[("sources.retrieve", &[("source", "$response.body#/id")])])
        .refuses(&[500]),
    told("sources.retrieve", "A source; the public key may.", Good::Object("Source")),
    told("capability.retrieve", "What can be paid with; the public key may.", Good::Newer("Capability")),
    told("charges.create", "A new charge.", Good::Object("Charge"))
        .takes(Body::Needed("NewCharge"))
        .leads(ABOUT_IT)
        .refuses(&[500]),
    told("charges.list", "The charges.", Good::Object("ChargeList")).asks(&[Query::Page, Query::Expand]),
    told("charges.retrieve", "A charge.", Good::Object("Charge")).asks(&[Query::Expand]).refuses(&[500]),
    told("charges.update", "Changes what the merchant attached.", Good::Object("Charge"))
        .takes(Body::Either("ChargeChanges"))
        .refuses(&[500]),
    told("charges.events", "The events of a charge and of its refunds.", Good::Object("EventList"))
        .asks(&[Query::Page]),
    told("charges.expire", "Ends a charge that is pending.", Good::Object("Charge")).refuses(&[500]),
    told("charges.mark_as_paid", "Ends a charge as if the buyer had paid.", Good::Object("Charge"))
        .leads(ABOUT_ITS_MONEY)
        .refuses(&[500]),
    told("charges.mark_as_failed", "Ends a charge as if the payment had failed.", Good::Object("Charge"))
        .takes(Body::Either("Failure"))
        .refuses(&[500]),
    told("charges.capture", "Refused: KakaoPay is paid at once.", Good::Never),
    told("charges.reverse", "Refused: KakaoPay is paid at once.", Good::Never),
    told("refunds.create", "Gives a paid charge back, or a part of it.", Good::Object("Refund"))
        .takes(Body::Needed("NewRefund"))
        .leads(ABOUT_A_REFUND)
        .refuses(&[500]),
    told("charges.refunds", "The refunds of a charge.", Good::Object("RefundList")).asks(&[Query::Page]),
    told("refunds.retrieve", "A refund.", Good::Object("Refund")).asks(&[Query::Expand]).refuses(&[500]),
    told("refunds.list", "The refunds.", Good::Object("RefundList")).asks(&[Query::Page]),
];
