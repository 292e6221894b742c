//! Schemas of version 2017-11-02.

use super::charge;
use super::list::{ORDERS, page, page_of};
use super::source::STATUSES;
use crate::openapi::schema::builder::{
    Kind, address, always, any_of, anything, empty, id, list as list_of, moment, named, null, object, one_of,
    or_null, text, truth, whole, whole_within,
};
use kakaopay_sandbox::EMPTY_SCOPES;

/// KakaoPay's currencies, in this version's spelling.
const CURRENCIES: [&str; 2] = ["sgd", "thb"];

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    let charges = list_of(named("ChargeOf2017"));
    let refunds = list_of(named("RefundOf2017"));
    vec![
        ("SourceOf2017", source()),
        ("ChargeOf2017", charge()),
        ("RefundOf2017", refund()),
        ("AccountOf2017", account()),
        ("ChargeListOf2017", page_of("ChargeOf2017")),
        ("RefundListOf2017", page_of("RefundOf2017")),
        // As recorded, embedded lists have no order.
        ("RefundsInsideOf2017", page("RefundOf2017", null())),
        (
            "SearchOf2017",
            any_of(["ChargeSearchOf2017", "RefundSearchOf2017", "EmptySearchOf2017"].map(named)),
        ),
        ("ChargeSearchOf2017", found("Matching charges.", &["charge"], charges)),
        ("RefundSearchOf2017", found("Matching refunds.", &["refund"], refunds)),
        ("EmptySearchOf2017", found("Always empty for KakaoPay.", &EMPTY_SCOPES, empty())),
    ]
}

/// Returns the name of an object's schema in this version, if it differs from the current one.
pub(super) fn name_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "Source" => "SourceOf2017",
        "Charge" => "ChargeOf2017",
        "Refund" => "RefundOf2017",
        "Account" => "AccountOf2017",
        "ChargeList" => "ChargeListOf2017",
        "RefundList" => "RefundListOf2017",
        "Search" => "SearchOf2017",
        _ => return None,
    })
}

fn source() -> Kind {
    object(
        "A source for one KakaoPay payment.",
        [
            ("object", one_of(["source"])),
            ("id", id("src")),
            ("type", one_of(["kakaopay"])),
            ("flow", one_of(["app_redirect"])),
            ("amount", whole(0)),
            ("currency", one_of(CURRENCIES)),
        ],
    )
}

fn charge() -> Kind {
    object(
        "A payment.",
        [
            ("object", one_of(["charge"])),
            ("id", id("chrg")),
            ("livemode", always(false)),
            ("location", text()),
            ("amount", whole(0)),
            ("currency", one_of(CURRENCIES)),
            ("description", or_null(text())),
            ("metadata", anything()),
            ("status", one_of(STATUSES)),
            ("capture", always(true)),
            ("authorized", truth()),
            ("reversed", always(false)),
            ("paid", truth()),
            ("transaction", or_null(id("trxn"))),
            ("refunded", whole(0)),
            ("refunds", named("RefundsInsideOf2017")),
            ("return_uri", text()),
            ("reference", id("pay2")),
            ("authorize_uri", address()),
            ("failure_code", or_null(charge::failure_codes())),
            ("failure_message", or_null(text())),
            ("card", null()),
            ("customer", null()),
            ("ip", or_null(text())),
            ("dispute", null()),
            ("created", moment()),
            ("source", named("SourceOf2017")),
        ],
    )
}

fn refund() -> Kind {
    object(
        "A refund of a charge.",
        [
            ("object", one_of(["refund"])),
            ("id", id("rfnd")),
            ("location", text()),
            ("amount", whole(1)),
            ("currency", one_of(CURRENCIES)),
            ("voided", truth()),
            ("charge", id("chrg")),
            ("transaction", id("trxn")),
            ("created", moment()),
        ],
    )
}

fn account() -> Kind {
    object(
        "An account that accepts only KakaoPay.",
        [("object", one_of(["account"])), ("id", id("account")), ("email", text()), ("created", moment())],
    )
}

fn found(says: &str, scopes: &[&str], data: Kind) -> Kind {
    object(
        says,
        [
            ("object", one_of(["search"])),
            ("order", one_of(ORDERS)),
            ("scope", one_of(scopes.iter().copied())),
            ("query", text()),
            ("filters", anything()),
            ("page", whole(1)),
            ("per_page", whole_within(1, 100)),
            ("location", text()),
            ("total_pages", whole(0)),
            ("total", whole(0)),
            ("data", data),
        ],
    )
}
