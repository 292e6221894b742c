//! `/search`.

use kakaopay_types::{Param, Params};
use serde_json::{Map, Value};

use super::answer::Answer;
use super::fields;
use super::filters;
use super::refusal::Refusal;
use super::request::Call;
use crate::object::{ChargeObject, RefundObject, SearchObject, Shape};
use crate::version::ApiVersion;
use crate::world::World;

/// Elements on a page, unless another number is asked for.
const PER_PAGE: usize = 30;
/// Most elements on a page. The service's own number is not documented; it is that of a list here.
const MAX_PER_PAGE: usize = 100;

/// The documented scopes. What KakaoPay does not have is searched as well, and nothing is found.
const EMPTY_SCOPES: [&str; 9] = [
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

/// `GET /search`. Unlike the service's, its index knows of everything at once.
pub(crate) fn answer(world: &World, call: &Call, version: ApiVersion) -> Answer {
    let asked = match call.query_params() {
        Ok(asked) => asked,
        Err(refusal) => return Answer::refusal(refusal),
    };
    match fields::text(&asked, "scope") {
        Some("charge") => Answer::of(charges(world, call, &asked), version),
        Some("refund") => Answer::of(refunds(world, &asked), version),
        Some(scope) if EMPTY_SCOPES.contains(&scope) => Answer::of(nothing(scope, &asked), version),
        _ => Answer::refusal(Refusal::invalid_scope()),
    }
}

fn charges(world: &World, call: &Call, asked: &Params) -> Result<SearchObject<ChargeObject>, Refusal> {
    let wanted = Wanted::of(asked)?;
    let mut found = Vec::new();
    for charge in world.charges() {
        let texts = [Some(charge.id.as_str()), Some(charge.source.as_str()), charge.description.as_deref()];
        if wanted.says(&texts, &charge.metadata) && filters::charge(charge, &wanted.filters)? {
            found.extend(world.source(&charge.source).map(|source| (charge, source)));
        }
    }
    Ok(wanted.page("charge", found, |(charge, source)| ChargeObject::of(charge, source, call.now)))
}

fn refunds(world: &World, asked: &Params) -> Result<SearchObject<RefundObject>, Refusal> {
    let wanted = Wanted::of(asked)?;
    let mut found = Vec::new();
    for refund in world.refunds() {
        let texts = [Some(refund.id.as_str()), Some(refund.charge.as_str())];
        if wanted.says(&texts, &refund.metadata) && filters::refund(refund, &wanted.filters)? {
            found.push(refund);
        }
    }
    Ok(wanted.page("refund", found, RefundObject::of))
}

fn nothing(scope: &str, asked: &Params) -> Result<SearchObject<ChargeObject>, Refusal> {
    Ok(Wanted::of(asked)?.page(scope, Vec::new(), |nothing: std::convert::Infallible| match nothing {}))
}

/// What is searched for, and which part of it.
struct Wanted {
    words: Option<String>,
    filters: Params,
    page: usize,
    per_page: usize,
    chronological: bool,
}

impl Wanted {
    fn of(asked: &Params) -> Result<Self, Refusal> {
        let filters = match asked.get("filters") {
            None | Some(Param::Null) => Params::new(),
            Some(Param::Text(text)) if text.is_empty() => Params::new(),
            Some(Param::Map(filters)) => filters.clone(),
            Some(_) => return Err(Refusal::invalid_filter("filters is not an object")),
        };
        filters::known(fields::text(asked, "scope").unwrap_or_default(), &filters)?;
        let page = fields::count(asked, "page").map_err(|_| Refusal::invalid_page())?.unwrap_or(1);
        let per_page = fields::count(asked, "per_page").map_err(|_| Refusal::invalid_per_page())?;
        let per_page = per_page.unwrap_or(PER_PAGE);
        if page == 0 {
            return Err(Refusal::invalid_page());
        }
        if !(1..=MAX_PER_PAGE).contains(&per_page) {
            return Err(Refusal::invalid_per_page());
        }
        let words = fields::text(asked, "query").map(str::to_owned);
        Ok(Self { words, filters, page, per_page, chronological: fields::order(asked)? == Some(false) })
    }

    /// Whether the words are found in one of these texts, in any case.
    fn says(&self, texts: &[Option<&str>], metadata: &Map<String, Value>) -> bool {
        let Some(words) = self.words.as_ref().map(|words| words.to_lowercase()) else { return true };
        let attached = metadata.values().filter_map(Value::as_str);
        texts.iter().copied().flatten().chain(attached).any(|text| text.to_lowercase().contains(&words))
    }

    fn page<E, T: Shape>(&self, scope: &str, mut found: Vec<E>, object: impl Fn(E) -> T) -> SearchObject<T> {
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
            filters: fields::object_of(&self.filters),
            location: "/search",
            order: if self.chronological { "chronological" } else { "reverse_chronological" },
            query: self.words.clone(),
            scope: scope.to_owned(),
            export: (),
            aggregate_level: (),
        }
    }
}
