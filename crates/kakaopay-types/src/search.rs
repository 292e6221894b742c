//! One page of what a search found.

use serde_json::{Map, Value};

use crate::list::{Elements, SortOrder};
use crate::object::{object, object_tag};
use crate::open_enum::open_enum;

open_enum! {
    /// The `scope` of a search: which objects are looked through.
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
    /// One page of what a search found. API version 2017-11-02 has no `aggregate_level`.
    ///
    /// It comes out of an index, and nothing says how soon that knows of a new object: to find out
    /// what became of a request, read the list instead.
    SearchResult<T> {
        /// Always `search`.
        pub object: SearchObject,
        /// An export of the result.
        pub export: Option<Value> [unless is_none],
        /// The elements that could be read, in order, and those that could not.
        pub data: Elements<T>,
        /// Which page this is, from one.
        pub page: u64,
        /// Most elements a page holds.
        pub per_page: u64,
        /// How many elements were found.
        pub total: u64,
        /// How many pages there are.
        pub total_pages: u64,
        /// What the elements had to be like.
        pub filters: Option<Map<String, Value>>,
        /// Path of the search on the API's host.
        pub location: Option<Box<str>>,
        /// The order of the elements.
        pub order: Option<SortOrder>,
        /// The words that were searched for.
        pub query: Option<Box<str>>,
        /// Which objects were looked through.
        pub scope: Option<SearchScope>,
        /// How results are summed up.
        pub aggregate_level: Option<Value> [unless is_none],
    }
}
