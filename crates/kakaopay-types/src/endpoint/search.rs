//! Calls that search.

use super::definition::endpoint;
use super::filters::Filters;
use crate::charge::Charge;
use crate::list::Order;
use crate::refund::Refund;
use crate::search::SearchResult;

endpoint! {
    /// `GET /search?scope=charge`: reads a page of the charges that were found.
    ///
    /// It asks an index, of which nothing says how soon it knows of a new charge: to find out what
    /// became of a request, [`ListCharges`](super::ListCharges) is the call.
    #[derive(Default)]
    SearchCharges:
        "search.charges" = Get "/search", SecretOnly, Read -> SearchResult<Charge>;
    always {
        scope = "charge",
    }
    then {
        /// Words to search for.
        query: Option<String>,
        /// What the charges must be like.
        filters: Filters,
        /// Which page, from one.
        page: Option<u32>,
        /// Most elements to read; `None` for the API's default of 30.
        per_page: Option<u32>,
        /// The order; `None` for the API's default of newest first.
        order: Option<Order>,
    }
}

endpoint! {
    /// `GET /search?scope=refund`: reads a page of the refunds that were found.
    #[derive(Default)]
    SearchRefunds:
        "search.refunds" = Get "/search", SecretOnly, Read -> SearchResult<Refund>;
    always {
        scope = "refund",
    }
    then {
        /// Words to search for.
        query: Option<String>,
        /// What the refunds must be like.
        filters: Filters,
        /// Which page, from one.
        page: Option<u32>,
        /// Most elements to read; `None` for the API's default of 30.
        per_page: Option<u32>,
        /// The order; `None` for the API's default of newest first.
        order: Option<Order>,
    }
}
