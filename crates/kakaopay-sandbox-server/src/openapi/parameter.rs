//! What stands in the path, the query and the headers of a call.

use serde_json::json;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn, ParameterStyle};

use super::schema::builder::{
    Kind, asked, closed, id, moment, one_of, or_empty, said, such_as, text, whole, whole_within,
};
use super::schema::{ORDERS, TRUTHS, scopes};
use kakaopay_types::ApiVersion;

/// What the query of a call may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Query {
    /// Which part of a list is asked for.
    Page,
    /// Whether objects are told in the place of their names.
    Expand,
    /// What is searched for.
    Search,
    /// The language of a page.
    Language,
}

/// What a path names, from its parts in braces.
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

/// What a query may say.
pub(super) fn of_query(query: Query) -> Vec<Parameter> {
    let expand = such_as(said(text(), "`true`; anything else is no."), "true");
    let lang = such_as(
        said(text(), "A tag of English, Thai or Korean, such as `th-TH`; any other is passed over."),
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
        ("from", said(or_empty(moment()), "Created at this moment or later.")),
        ("to", said(or_empty(moment()), "Created at this moment or earlier; until now unless it is given.")),
        (
            "limit",
            said(or_empty(whole(0)), "Elements on a page, 20 unless it is given; more than 100 are 100."),
        ),
        ("offset", said(or_empty(whole(0)), "Elements before the page.")),
        ("order", said(or_empty(one_of(ORDERS)), "`chronological` unless it is given.")),
    ]
}

fn search() -> Vec<Parameter> {
    let filters = [
        ("amount", said(text(), "Or a range of them, `10..20.5`; in major units here and nowhere else.")),
        ("created", said(text(), "A day, or a range of them: `2024-02-28..2024-02-29`.")),
        ("currency", text()),
        ("voided", one_of(TRUTHS)),
        ("status", text()),
        ("failure_code", text()),
        ("captured", one_of(TRUTHS)),
        ("refunded", one_of(TRUTHS)),
    ];
    let filters = closed(asked("Those of refunds are the first four.", [], filters));
    let members = [
        ("query", said(text(), "Words that stand in one of its texts.")),
        ("page", or_empty(whole(1))),
        ("per_page", or_empty(whole_within(1, 100))),
        ("order", said(or_empty(one_of(ORDERS)), "`reverse_chronological` unless it is given.")),
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

/// The header that asks for the version of a document. What is not the current one must be asked for.
pub(super) fn version(version: ApiVersion) -> Parameter {
    // An empty one is the account's own, which is not to be relied on where it must be asked for.
    let current = version == ApiVersion::default();
    let kind = one_of([version.as_str()].into_iter().chain(current.then_some("")));
    let kind = such_as(kind, json!(version.as_str()));
    let says = "In which version the call is answered: the account's own unless it is given.";
    let needed = if current { Required::False } else { Required::True };
    parameter("Omise-Version", ParameterIn::Header, said(kind, says)).required(needed).build()
}

fn parameter(name: &str, place: ParameterIn, kind: Kind) -> ParameterBuilder {
    ParameterBuilder::new().name(name).parameter_in(place).required(Required::False).schema(Some(kind))
}
