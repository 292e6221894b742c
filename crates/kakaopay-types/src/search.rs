//! One page of a search result.

use serde_json::{Map, Value};

use crate::list::{Elements, SortOrder};
use crate::object::{object, object_tag};
use crate::open_enum::open_enum;

open_enum! {
    /// The `scope` of a search: the kind of objects searched.
    SearchScope {
        /// Charges.
        Charge = "charge",
        /// Refunds.
        Refund = "refund",
    }
}

object_tag! {
    /// The `object` member of a search result: always `search`.
    SearchObject = "search";
}

object! {
    /// One page of a search result. API version 2017-11-02 has no `aggregate_level`.
    ///
    /// Searches read an index whose delay is not documented. To find the result of a request whose outcome
    /// is unknown, read the list instead.
    SearchResult<T> {
        /// Always `search`.
        pub object: SearchObject,
        /// An export of the result.
        pub export: Option<Value> [unless is_none],
        /// The elements, valid and invalid ones, in order.
        pub data: Elements<T>,
        /// Page number, starting at 1.
        pub page: u64,
        /// Maximum number of elements per page.
        pub per_page: u64,
        /// Total number of elements.
        pub total: u64,
        /// Number of pages.
        pub total_pages: u64,
        /// The filters of the search.
        pub filters: Option<Map<String, Value>>,
        /// Path of the search on the API's host.
        pub location: Option<Box<str>>,
        /// The order of the elements.
        pub order: Option<SortOrder>,
        /// The words of the search.
        pub query: Option<Box<str>>,
        /// The kind of objects searched.
        pub scope: Option<SearchScope>,
        /// How results are aggregated.
        pub aggregate_level: Option<Value> [unless is_none],
    }
}
