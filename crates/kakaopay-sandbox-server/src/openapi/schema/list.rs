//! Schemas of lists and search results.

use crate::openapi::schema::builder::{
    Kind, any_of, anything, empty, list, moment, named, null, object, one_of, or_null, text, whole,
    whole_within, with_description,
};
use kakaopay_sandbox::EMPTY_SCOPES;

/// Sort orders of a list.
pub(in crate::openapi) const ORDERS: [&str; 2] = ["chronological", "reverse_chronological"];
/// Spellings of a boolean in a search filter.
pub(in crate::openapi) const TRUTHS: [&str; 6] = ["yes", "no", "on", "off", "true", "false"];

/// Search scopes.
pub(in crate::openapi) fn scopes() -> impl Iterator<Item = &'static str> {
    ["charge", "refund"].into_iter().chain(EMPTY_SCOPES)
}

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    vec![
        ("ChargeList", page_of("Charge")),
        ("RefundList", page_of("Refund")),
        ("EventList", page_of("Event")),
        ("WebhookSecretList", page_of("IssuedSecret")),
        ("Search", any_of([named("ChargeSearch"), named("RefundSearch"), named("EmptySearch")])),
        ("ChargeSearch", found("Matching charges.", &["charge"], list(named("Charge")))),
        ("RefundSearch", found("Matching refunds.", &["refund"], list(named("Refund")))),
        ("EmptySearch", found("Always empty for KakaoPay.", &EMPTY_SCOPES, empty())),
    ]
}

/// Schema of a list page in either version.
pub(super) fn page_of(name: &'static str) -> Kind {
    page(name, one_of(ORDERS))
}

/// Schema of a list page with the given sort orders.
pub(super) fn page(name: &'static str, order: Kind) -> Kind {
    object(
        "A page of a list.",
        [
            ("object", one_of(["list"])),
            ("data", list(named(name))),
            ("limit", whole_within(0, 100)),
            ("offset", whole(0)),
            ("total", with_description(whole(0), "Number of elements on all pages.")),
            ("location", text()),
            ("order", order),
            ("from", moment()),
            ("to", moment()),
        ],
    )
}

fn found(says: &str, scopes: &[&str], data: Kind) -> Kind {
    object(
        says,
        [
            ("object", one_of(["search"])),
            ("data", data),
            ("page", whole(1)),
            ("per_page", whole_within(1, 100)),
            ("total", whole(0)),
            ("total_pages", whole(0)),
            ("filters", anything()),
            ("location", text()),
            ("order", one_of(ORDERS)),
            ("query", or_null(text())),
            ("scope", one_of(scopes.iter().copied())),
            ("export", null()),
            ("aggregate_level", null()),
        ],
    )
}
