//! A page of search results in version 2017-11-02.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::object::{SearchObject, Shape};

/// A page of search results: the current members in another order, without the last two.
#[derive(Debug, Serialize)]
pub(crate) struct Search<'a, T> {
    object: &'static str,
    order: &'static str,
    scope: &'a str,
    query: &'a str,
    filters: &'a Map<String, Value>,
    page: usize,
    per_page: usize,
    location: &'static str,
    total_pages: usize,
    total: usize,
    data: Vec<T>,
}

impl<T: Shape> Shape for SearchObject<T> {
    type Old<'a>
        = Search<'a, T::Old<'a>>
    where
        T: 'a;

    fn old(&self) -> Search<'_, T::Old<'_>> {
        Search {
            object: self.object,
            order: self.order,
            scope: &self.scope,
            // As recorded, a search without a query has an empty text here.
            query: self.query.as_deref().unwrap_or_default(),
            filters: &self.filters,
            page: self.page,
            per_page: self.per_page,
            location: self.location,
            total_pages: self.total_pages,
            total: self.total,
            data: self.data.iter().map(Shape::old).collect(),
        }
    }
}
