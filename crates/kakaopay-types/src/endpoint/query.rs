//! What to search for.

use super::constructor::parameters;
use super::field::Field;
use super::filters::Filters;
#[cfg(feature = "server")]
use super::receive::InvalidRequest;
use crate::list::SortOrder;
use crate::params::Params;

parameters! {
/// What to search for, and which part of what is found. What is left out is the API's default: the
/// first 30 of all, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchParams {
    /// Words to search for.
    pub query: Option<String>,
    /// What the objects must be like.
    pub filters: Filters,
    /// Which page, from one.
    pub page: Option<u32>,
    /// Most elements of a page.
    pub per_page: Option<u32>,
    /// The order.
    pub order: Option<SortOrder>,
}
}

/// Each of its members is a parameter of its own.
impl Field for SearchParams {
    fn put(&self, _name: &'static str, params: &mut Params) {
        self.query.put("query", params);
        self.filters.put("filters", params);
        self.page.put("page", params);
        self.per_page.put("per_page", params);
        self.order.put("order", params);
    }

    #[cfg(feature = "server")]
    fn take(_name: &'static str, params: &Params) -> Result<Self, InvalidRequest> {
        Ok(Self {
            query: Field::take("query", params)?,
            filters: Field::take("filters", params)?,
            page: Field::take("page", params)?,
            per_page: Field::take("per_page", params)?,
            order: Field::take("order", params)?,
        })
    }
}
