//! `/search`.

use std::convert::Infallible;

use kakaopay_types::{Param, Params};
use serde_json::{Map, Value};

use super::answer::Answer;
use super::fields;
use super::filters::Filters;
use super::refusal::Refusal;
use super::request::Call;
use crate::object::{ChargeObject, RefundObject, SearchObject, Shape};
use crate::state::State;
use crate::version::ApiVersion;

/// Default number of elements per page.
const PER_PAGE: usize = 30;
/// Maximum number of elements per page. The service's own is not documented; this is the one of lists.
const MAX_PER_PAGE: usize = 100;

/// Documented scopes without KakaoPay objects. Searches in them succeed and find nothing.
pub const EMPTY_SCOPES: [&str; 9] = [
    "charge_schedule",
    "customer",
    "dispute",
    "link",
    "receipt",
    "recipient",
    "transaction",
    "transfer",
    "transfer_schedule",
];

/// `GET /search`. Unlike the service's index, this one is always up to date.
pub(crate) fn answer(state: &State, call: &Call, version: ApiVersion) -> Answer {
    let asked = match call.query_params() {
        Ok(asked) => asked,
        Err(refusal) => return Answer::refusal(refusal),
    };
    match fields::text(&asked, "scope") {
        Some("charge") => Answer::of(charges(state, call, &asked), version),
        Some("refund") => Answer::of(refunds(state, &asked), version),
        Some(scope) if EMPTY_SCOPES.contains(&scope) => Answer::of(nothing(scope, &asked), version),
        _ => Answer::refusal(Refusal::invalid_scope()),
    }
}

fn charges(state: &State, call: &Call, asked: &Params) -> Result<SearchObject<ChargeObject>, Refusal> {
    let wanted = Wanted::of("charge", asked)?;
    let charges = state.charges().filter(|charge| {
        let texts = [Some(charge.id.as_str()), Some(charge.source.as_str()), charge.description.as_deref()];
        wanted.says(&texts, &charge.metadata) && wanted.filters.hold_for_charge(charge)
    });
    let found = charges.filter_map(|charge| Some((charge, state.source(&charge.source)?))).collect();
    Ok(wanted.page(found, |(charge, source)| ChargeObject::of(charge, source, call.now)))
}

fn refunds(state: &State, asked: &Params) -> Result<SearchObject<RefundObject>, Refusal> {
    let wanted = Wanted::of("refund", asked)?;
    let refunds = state.refunds().filter(|refund| {
        let texts = [Some(refund.id.as_str()), Some(refund.charge.as_str())];
        wanted.says(&texts, &refund.metadata) && wanted.filters.hold_for_refund(refund)
    });
    let found = refunds.collect();
    Ok(wanted.page(found, RefundObject::of))
}

fn nothing(scope: &str, asked: &Params) -> Result<SearchObject<ChargeObject>, Refusal> {
    Ok(Wanted::of(scope, asked)?.page(Vec::new(), |nothing: Infallible| match nothing {}))
}

/// The parameters of a search.
struct Wanted<'a> {
    scope: &'a str,
    words: Option<&'a str>,
    filters: Filters,
    /// The filters of the request, for the response.
    told: Map<String, Value>,
    page: usize,
    per_page: usize,
    chronological: bool,
}

impl<'a> Wanted<'a> {
    fn of(scope: &'a str, asked: &'a Params) -> Result<Self, Refusal> {
        let filters = match asked.get("filters") {
            None | Some(Param::Null) => Params::new(),
            Some(Param::Text(text)) if text.is_empty() => Params::new(),
            Some(Param::Map(filters)) => filters.clone(),
            Some(_) => return Err(Refusal::invalid_filter("filters is not an object")),
        };
        let page = fields::count(asked, "page").map_err(|_| Refusal::invalid_page())?.unwrap_or(1);
        let per_page = fields::count(asked, "per_page").map_err(|_| Refusal::invalid_per_page())?;
        let per_page = per_page.unwrap_or(PER_PAGE);
        if page == 0 {
            return Err(Refusal::invalid_page());
        }
        if !(1..=MAX_PER_PAGE).contains(&per_page) {
            return Err(Refusal::invalid_per_page());
        }
        Ok(Self {
            scope,
            words: fields::text(asked, "query"),
            filters: Filters::read(scope, &filters)?,
            told: fields::object_of(&filters),
            page,
            per_page,
            chronological: fields::order(asked)? == Some(false),
        })
    }

    /// Returns whether the query occurs in one of these texts or in the metadata, case-insensitively.
    fn says(&self, texts: &[Option<&str>], metadata: &Map<String, Value>) -> bool {
        let Some(words) = self.words.map(str::to_lowercase) else { return true };
        let attached = metadata.values().filter_map(Value::as_str);
        texts.iter().copied().flatten().chain(attached).any(|text| text.to_lowercase().contains(&words))
    }

    fn page<E, T: Shape>(self, mut found: Vec<E>, object: impl Fn(E) -> T) -> SearchObject<T> {
        if !self.chronological {
            found.reverse();
        }
        let total = found.len();
        let before = (self.page - 1).saturating_mul(self.per_page);
        SearchObject {
            object: "search",
            data: found.into_iter().skip(before).take(self.per_page).map(object).collect(),
            page: self.page,
            per_page: self.per_page,
            total,
            total_pages: total.div_ceil(self.per_page),
            filters: self.told,
            location: "/search",
            order: if self.chronological { "chronological" } else { "reverse_chronological" },
            query: self.words.map(str::to_owned),
            scope: self.scope.to_owned(),
            export: (),
            aggregate_level: (),
        }
    }
}
