//! The parameters of a search.

use super::constructor::parameters;
use super::field::Field;
use super::filters::Filters;
#[cfg(feature = "server")]
use super::receive::InvalidRequest;
use crate::list::SortOrder;
use crate::params::Params;

parameters! {
/// The query of a search and the page to read. Defaults of the API: the first 30 elements, newest
/// first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchParams {
    /// Words to search for.
    pub query: Option<String>,
    /// Filters of the objects.
    pub filters: Filters,
    /// Page number, starting at 1.
    pub page: Option<u32>,
    /// Maximum number of elements per page.
    pub per_page: Option<u32>,
    /// Sort order.
    pub order: Option<SortOrder>,
}
}

/// Each member is a parameter of its own.
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
