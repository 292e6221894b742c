//! What calls take, as a form or as JSON. What is not said here is passed over.

use kakaopay_types::{Currency, Limits};

use super::account::versions;
use super::charge::failure_codes;
use super::source::PLATFORMS;
use crate::openapi::kind::{
    Kind, any_of, anything, asked, id, null, one_of, or_null, said, short_list, text, text_like, truth,
    whole, whole_within,
};

/// An address that a buyer may be led back to.
const HTTPS: &str = r"^https://([a-z][a-z0-9]{0,19}\.){1,3}[a-z]{2,20}(/[A-Za-z0-9_.~-]{1,30}){0,3}$";
/// An address on this machine, or none.
const LOCAL: &str = r"^(http://127\.0\.0\.1:[1-9][0-9]{0,3}(/[a-z0-9]{1,20}){0,3})?$";

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    vec![
        ("NewSource", in_each_currency(new_source)),
        ("NewCharge", in_each_currency(new_charge)),
        ("ChargeChanges", charge_changes()),
        ("Failure", asked("Why it fails.", [], [("failure_code", or_null(failure_codes()))]).into()),
        ("NewRefund", new_refund()),
        ("AccountChanges", account_changes()),
        ("NewVersion", asked("There is no way back.", [("api_version", versions())], []).into()),
    ]
}

/// The currencies have limits of their own.
fn in_each_currency(of: fn(Kind, Kind) -> Kind) -> Kind {
    let kinds = [Currency::SGD, Currency::THB].into_iter().filter_map(|currency| {
        let limits = Limits::of(currency)?;
        let amount = whole_within(limits.min().minor_units(), limits.max().minor_units());
        let code = said(one_of([currency.as_str()]), "In upper case or lower.");
        Some(of(said(amount, "In minor units; the text of a number is taken too."), code))
    });
    any_of(kinds)
}

fn platform() -> Kind {
    said(or_null(one_of(PLATFORMS)), "In upper case or lower.")
}

fn new_source(amount: Kind, currency: Kind) -> Kind {
    let needed = [("amount", amount), ("currency", currency), ("type", one_of(["kakaopay"]))];
    asked("A new source.", needed, [("platform_type", platform())]).into()
}

fn new_charge(amount: Kind, currency: Kind) -> Kind {
    let kakaopay = ("type", one_of(["kakaopay"]));
    let inside = asked("A new source in it.", [kakaopay], [("platform_type", platform())]);
    let return_uri = said(text_like(HTTPS), "Where the buyer comes back to, whatever became of the payment.");
    let needed = [
        ("amount", amount),
        ("currency", currency),
        ("return_uri", return_uri),
        ("source", said(any_of([id("src"), inside.into()]), "A source that was not used, or a new one.")),
    ];
    let endpoints = said(or_null(short_list(text_like(HTTPS), 2)), "Where its events are posted to, too.");
    let other = [
        ("description", or_null(text())),
        ("metadata", metadata()),
        ("ip", or_null(text())),
        ("webhook_endpoints", endpoints),
    ];
    asked("A new charge.", needed, other).into()
}

fn metadata() -> Kind {
    said(any_of([anything(), null()]), "Whatever the merchant attaches.")
}

fn charge_changes() -> Kind {
    let description = said(or_null(text()), "An empty one takes it away.");
    let members = [("description", description), ("metadata", metadata())];
    asked("What the merchant attached to it.", [], members).into()
}

fn new_refund() -> Kind {
    let void = said(or_null(truth()), "Whether the payment is undone; all of it can be.");
    asked("Money to go back.", [("amount", whole(1))], [("metadata", metadata()), ("void", void)]).into()
}

fn account_changes() -> Kind {
    let webhook_uri = said(or_null(text_like(LOCAL)), "Where events are posted to; an empty one is nowhere.");
    asked("Of the account's settings, this one can be changed.", [], [("webhook_uri", webhook_uri)]).into()
}
