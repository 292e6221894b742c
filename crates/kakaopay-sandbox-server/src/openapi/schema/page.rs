//! Schemas of pages and of this document.

use super::charge::failure_codes;
use crate::openapi::schema::builder::{Kind, any_of, one_of, open, plain_names, request_object, text};

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    vec![
        (
            "Choice",
            any_of([
                choice("successful", None),
                choice("declined", None),
                choice("expired", None),
                failed(),
                slow(),
            ]),
        ),
        ("OpenApi", open(request_object("An OpenAPI 3.1 document.", [("openapi", text())], []))),
    ]
}

fn failed() -> Kind {
    choice("failed", Some(("failure_code", failure_codes())))
}

fn slow() -> Kind {
    choice("slow", Some(("after", one_of(["10", "60", "3600"]))))
}

fn choice(outcome: &'static str, more: Option<(&'static str, Kind)>) -> Kind {
    let members = [("outcome", one_of([outcome]))].into_iter().chain(more);
    plain_names(request_object("The buyer's decision.", members, []))
}
