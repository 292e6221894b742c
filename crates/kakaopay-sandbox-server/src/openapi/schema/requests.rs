//! Schemas of request bodies, as JSON or forms. Other members are ignored.

use kakaopay_types::endpoint::WebhookEndpoints;
use kakaopay_types::{Currency, Limits};
use utoipa::openapi::schema::ObjectBuilder;

use super::account::versions;
use super::charge::failure_codes;
use super::source::PLATFORMS;
use crate::openapi::schema::builder::{
    Kind, any_of, anything, id, null, one_of, or_null, plain_names, request_object, short_list, text,
    text_like, truth, whole, whole_within, with_description,
};

/// HTTPS URL for the buyer's return, with at most five dots in its host.
const HTTPS: &str = r"^https://([A-Za-z0-9]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?\.){0,5}[A-Za-z]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?(:[1-9][0-9]{0,3})?([/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]{0,200})?$";
/// HTTPS webhook endpoint whose host contains a dot, without a fragment.
const ENDPOINT: &str = r"^https://([A-Za-z0-9]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?\.){1,5}[A-Za-z]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?(:[1-9][0-9]{0,3})?([/?][A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]{0,200})?$";
/// HTTP URL on this machine, or an empty text. The sandbox accepts more than this pattern.
const LOCAL: &str = r"^(http://127\.0\.0\.1:[1-9][0-9]{0,3}(/[a-z0-9]{1,20}){0,3})?$";

/// The format of a request body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Json,
    /// All values are text, and nested members have brackets in their names.
    Form,
}

type Member = (&'static str, Kind);

pub(super) fn schemas() -> Vec<(&'static str, Kind)> {
    let (json, form) = (Written::Json, Written::Form);
    vec![
        ("NewSource", in_each_currency(|amount, code| vec![json.source(amount, code)])),
        ("NewSourceForm", in_each_currency(|amount, code| vec![form.source(amount, code)])),
        ("NewCharge", in_each_currency(|amount, code| vec![json.charge(amount, code, json_sources())])),
        ("NewChargeForm", in_each_currency(charge_forms)),
        ("ChargeChanges", json.charge_changes()),
        ("ChargeChangesForm", form.charge_changes()),
        ("Failure", json.failure()),
        ("FailureForm", form.failure()),
        ("NewRefund", json.refund()),
        ("NewRefundForm", form.refund()),
        ("AccountChanges", json.account_changes()),
        ("AccountChangesForm", form.account_changes()),
        ("NewVersion", json.version()),
        ("NewVersionForm", form.version()),
    ]
}

/// Applies `of` to each currency, because their limits differ.
fn in_each_currency(of: impl Fn(Kind, Kind) -> Vec<Kind>) -> Kind {
    let kinds = [Currency::SGD, Currency::THB].into_iter().filter_map(|currency| {
        let limits = Limits::of(currency)?;
        let amount = whole_within(limits.min().minor_units(), limits.max().minor_units());
        let code = with_description(one_of([currency.as_str()]), "Upper or lower case.");
        Some(of(with_description(amount, "Minor units. JSON may contain the number as text, too."), code))
    });
    any_of(kinds.flatten())
}

/// Schemas of a source in a JSON charge: the id of an unused source, or a new source.
fn json_sources() -> Vec<Member> {
    let kakaopay = [("type", one_of(["kakaopay"]))];
    let inside = request_object("A new source.", kakaopay, [("platform_type", Written::Json.platform())]);
    vec![("source", any_of([id("src"), inside.into()]))]
}

fn charge_forms(amount: Kind, code: Kind) -> Vec<Kind> {
    let new = vec![("source[type]", one_of(["kakaopay"]))];
    let form = Written::Form;
    let known = form.charge(amount.clone(), code.clone(), vec![("source", id("src"))]);
    vec![known, form.charge(amount, code, new)]
}

impl Written {
    fn object(self, says: &str, needed: Vec<Member>, other: Vec<Member>) -> Kind {
        let object: ObjectBuilder = request_object(says, needed, other);
        if self == Self::Json { object.into() } else { plain_names(object) }
    }

    /// Allows `null`, except in forms, which cannot contain it.
    fn or_null(self, kind: Kind) -> Kind {
        if self == Self::Json { or_null(kind) } else { kind }
    }

    fn platform(self) -> Kind {
        with_description(self.or_null(one_of(PLATFORMS.into_iter().chain([""]))), "Upper or lower case.")
    }

    /// In a form, each metadata member is a parameter such as `metadata[order]`, which schemas cannot express.
    fn metadata(self) -> Vec<Member> {
        let anything = any_of([anything(), null(), one_of([""])]);
        let kind = if self == Self::Json { anything } else { one_of([""]) };
        vec![(
            "metadata",
            with_description(kind, "The merchant's own data; in a form, `metadata[name]=value`."),
        )]
    }

    fn source(self, amount: Kind, currency: Kind) -> Kind {
        let needed = vec![("amount", amount), ("currency", currency), ("type", one_of(["kakaopay"]))];
        self.object("A new source.", needed, vec![("platform_type", self.platform())])
    }

    fn charge(self, amount: Kind, currency: Kind, source: Vec<Member>) -> Kind {
        let back = with_description(
            text_like(HTTPS),
            "Page to which the buyer returns, for every outcome of the payment.",
        );
        let mut needed = vec![("amount", amount), ("currency", currency), ("return_uri", back)];
        needed.extend(source);
        let mut other = vec![("description", self.or_null(text())), ("ip", self.or_null(text()))];
        other.extend(self.metadata());
        let addresses = short_list(text_like(ENDPOINT), WebhookEndpoints::MAX);
        let name = if self == Self::Json { "webhook_endpoints" } else { "webhook_endpoints[]" };
        other.push((
            name,
            with_description(
                self.or_null(addresses),
                "Webhook endpoints of this charge. They replace the account's.",
            ),
        ));
        self.object("A new charge.", needed, other)
    }

    fn charge_changes(self) -> Kind {
        let mut members =
            vec![("description", with_description(self.or_null(text()), "An empty text removes it."))];
        members.extend(self.metadata());
        self.object("The merchant's data of a charge.", Vec::new(), members)
    }

    fn failure(self) -> Kind {
        self.object(
            "Reason of the failure.",
            Vec::new(),
            vec![("failure_code", self.or_null(failure_codes()))],
        )
    }

    fn refund(self) -> Kind {
        let void = with_description(
            self.or_null(truth()),
            "Whether to void the payment, which requires the full amount.",
        );
        let mut other = vec![("void", void)];
        other.extend(self.metadata());
        self.object("A new refund.", vec![("amount", whole(1))], other)
    }

    fn account_changes(self) -> Kind {
        let webhook_uri =
            with_description(self.or_null(text_like(LOCAL)), "Webhook endpoint; an empty text removes it.");
        self.object("Account settings.", Vec::new(), vec![("webhook_uri", webhook_uri)])
    }

    fn version(self) -> Kind {
        self.object(
            "A newer API version. Downgrades are rejected.",
            vec![("api_version", versions())],
            Vec::new(),
        )
    }
}
