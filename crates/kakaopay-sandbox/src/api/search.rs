//! `/search`.

use std::convert::Infallible;

use kakaopay_types::{Param, Params};
use serde_json::{Map, Value};

use super::fields;
use super::filters::Filters;
use super::refusal::Refusal;
use super::request::Call;
use super::response::ApiResponse;
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
pub(crate) fn respond(state: &State, call: &Call, version: ApiVersion) -> ApiResponse {
    let params = match call.query_params() {
        Ok(params) => params,
        Err(refusal) => return ApiResponse::refusal(refusal),
    };
    match fields::text(&params, "scope") {
        Some("charge") => ApiResponse::of(charges(state, call, &params), version),
        Some("refund") => ApiResponse::of(refunds(state, &params), version),
        Some(scope) if EMPTY_SCOPES.contains(&scope) => ApiResponse::of(nothing(scope, &params), version),
        _ => ApiResponse::refusal(Refusal::invalid_scope()),
    }
}

fn charges(state: &State, call: &Call, params: &Params) -> Result<SearchObject<ChargeObject>, Refusal> {
    let request = SearchRequest::of("charge", params)?;
    let charges = state.charges().filter(|charge| {
        let texts = [Some(charge.id.as_str()), Some(charge.source.as_str()), charge.description.as_deref()];
        request.matches_text(&texts, &charge.metadata) && request.filters.hold_for_charge(charge)
    });
    let found = charges.filter_map(|charge| Some((charge, state.source(&charge.source)?))).collect();
    Ok(request.page(found, |(charge, source)| ChargeObject::of(charge, source, call.now)))
}

fn refunds(state: &State, params: &Params) -> Result<SearchObject<RefundObject>, Refusal> {
    let request = SearchRequest::of("refund", params)?;
    let refunds = state.refunds().filter(|refund| {
        let texts = [Some(refund.id.as_str()), Some(refund.charge.as_str())];
        request.matches_text(&texts, &refund.metadata) && request.filters.hold_for_refund(refund)
    });
    let found = refunds.collect();
    Ok(request.page(found, RefundObject::of))
}

fn nothing(scope: &str, params: &Params) -> Result<SearchObject<ChargeObject>, Refusal> {
    Ok(SearchRequest::of(scope, params)?.page(Vec::new(), |nothing: Infallible| match nothing {}))
}

/// The parameters of a search.
struct SearchRequest<'a> {
    scope: &'a str,
    query: Option<&'a str>,
    filters: Filters,
    /// The filters of the request, for the response.
    requested_filters: Map<String, Value>,
    page: usize,
    per_page: usize,
    chronological: bool,
}

impl<'a> SearchRequest<'a> {
    fn of(scope: &'a str, params: &'a Params) -> Result<Self, Refusal> {
        let filters = match params.get("filters") {
            None | Some(Param::Null) => Params::new(),
            Some(Param::Text(text)) if text.is_empty() => Params::new(),
            Some(Param::Map(filters)) => filters.clone(),
            Some(_) => return Err(Refusal::invalid_filter("filters is not an object")),
        };
        let page = fields::count(params, "page").map_err(|_| Refusal::invalid_page())?.unwrap_or(1);
        let per_page = fields::count(params, "per_page").map_err(|_| Refusal::invalid_per_page())?;
        let per_page = per_page.unwrap_or(PER_PAGE);
        if page == 0 {
            return Err(Refusal::invalid_page());
        }
        if !(1..=MAX_PER_PAGE).contains(&per_page) {
            return Err(Refusal::invalid_per_page());
        }
        Ok(Self {
            scope,
            query: fields::text(params, "query"),
            filters: Filters::read(scope, &filters)?,
            requested_filters: fields::object_of(&filters),
            page,
            per_page,
            chronological: fields::order(params)? == Some(false),
        })
    }

    /// Returns whether the query occurs in one of these texts or in the metadata, case-insensitively.
    fn matches_text(&self, texts: &[Option<&str>], metadata: &Map<String, Value>) -> bool {
        let Some(query) = self.query.map(str::to_lowercase) else { return true };
        let attached = metadata.values().filter_map(Value::as_str);
        texts.iter().copied().flatten().chain(attached).any(|text| text.to_lowercase().contains(&query))
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
            filters: self.requested_filters,
            location: "/search",
            order: if self.chronological { "chronological" } else { "reverse_chronological" },
            query: self.query.map(str::to_owned),
            scope: self.scope.to_owned(),
            export: (),
            aggregate_level: (),
        }
    }
}
