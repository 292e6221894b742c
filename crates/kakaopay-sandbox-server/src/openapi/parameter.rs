//! Path, query and header parameters.

use serde_json::json;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};

use super::schema::builder::{
    Kind, closed, id, moment, one_of, or_empty, request_object, such_as, text, whole, whole_within,
    with_description,
};
use super::schema::{ORDERS, TRUTHS, scopes};
use kakaopay_types::ApiVersion;

/// Groups of query parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Query {
    /// The page of a list.
    Page,
    /// Embedding of referenced objects.
    Expand,
    /// Search criteria.
    Search,
    /// Language of a page.
    Language,
}

/// Returns the parameters of a path.
pub(super) fn of_path(path: &str) -> Vec<Parameter> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| parameter(name, ParameterIn::Path, id(prefix_of(name))).required(Required::True))
        .map(ParameterBuilder::build)
        .collect()
}

fn prefix_of(name: &str) -> &str {
    match name {
        "charge" => "chrg",
        "event" => "evnt",
        "payment" => "pay2",
        "refund" => "rfnd",
        "source" => "src",
        "transaction" => "trxn",
        other => other,
    }
}

/// Returns the parameters of a group.
pub(super) fn of_query(query: Query) -> Vec<Parameter> {
    let expand = such_as(with_description(text(), "`true`; anything else is no."), "true");
    let lang = such_as(
        with_description(
            text(),
            "Language tag for English, Thai or Korean, such as `th-TH`. Others are ignored.",
        ),
        "th",
    );
    let members = match query {
        Query::Page => page(),
        Query::Expand => vec![("expand", expand)],
        Query::Language => vec![("lang", lang)],
        Query::Search => return search(),
    };
    members.into_iter().map(|(name, kind)| parameter(name, ParameterIn::Query, kind).build()).collect()
}

fn page() -> Vec<(&'static str, Kind)> {
    vec![
        ("from", with_description(or_empty(moment()), "Earliest creation time.")),
        ("to", with_description(or_empty(moment()), "Latest creation time. Default: now.")),
        (
            "limit",
            with_description(
                or_empty(whole(0)),
                "Elements per page. Default: 20, maximum: 100; larger values are reduced.",
            ),
        ),
        ("offset", with_description(or_empty(whole(0)), "Number of elements to skip.")),
        ("order", with_description(or_empty(one_of(ORDERS)), "Sort order. Default: `chronological`.")),
    ]
}

fn search() -> Vec<Parameter> {
    let filters = [
        (
            "amount",
            with_description(
                text(),
                "Amount or range, such as `10..20.5`, in major units. All other amounts have minor units.",
            ),
        ),
        ("created", with_description(text(), "Day, or range of days: `2024-02-28..2024-02-29`.")),
        ("currency", text()),
        ("voided", one_of(TRUTHS)),
        ("status", text()),
        ("failure_code", text()),
        ("captured", one_of(TRUTHS)),
        ("refunded", one_of(TRUTHS)),
    ];
    let filters = closed(request_object("Refunds support the first four filters.", [], filters));
    let members = [
        ("query", with_description(text(), "Text that an object must contain.")),
        ("page", or_empty(whole(1))),
        ("per_page", or_empty(whole_within(1, 100))),
        (
            "order",
            with_description(or_empty(one_of(ORDERS)), "Sort order. Default: `reverse_chronological`."),
        ),
    ];
    let mut all = vec![
        parameter("scope", ParameterIn::Query, one_of(scopes())).required(Required::True).build(),
        parameter("filters", ParameterIn::Query, filters)
            .style(Some(ParameterStyle::DeepObject))
            .explode(Some(true))
            .build(),
    ];
    all.extend(members.map(|(name, kind)| parameter(name, ParameterIn::Query, kind).build()));
    all
}

/// Returns the version header. It is required for versions other than the current one.
pub(super) fn version(version: ApiVersion) -> Parameter {
    // An empty value selects the account's version, which may differ from the document's.
    let current = version == ApiVersion::default();
    let kind = one_of([version.as_str()].into_iter().chain(current.then_some("")));
    let kind = such_as(kind, json!(version.as_str()));
    let says = "API version of the response. Default: the account's version.";
    let needed = if current { Required::False } else { Required::True };
    parameter("Omise-Version", ParameterIn::Header, with_description(kind, says)).required(needed).build()
}

fn parameter(name: &str, place: ParameterIn, kind: Kind) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(place).required(Required::False).schema(Some(kind))
}
