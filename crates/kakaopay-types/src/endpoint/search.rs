//! Endpoints of searches.

use super::definition::endpoint;
use super::query::SearchParams;
use crate::charge::Charge;
use crate::refund::Refund;
use crate::search::SearchResult;

endpoint! {
    /// `GET /search?scope=charge`: searches charges and reads a page of the result.
    ///
    /// Searches read an index whose delay is not documented. To find the result of a request whose outcome
    /// is unknown, use [`ListCharges`](super::ListCharges).
    #[derive(Default)]
    SearchCharges: "search.charges" = Get "/search", SecretOnly, Read -> SearchResult<Charge>;
    always {
        scope = "charge",
    }
    then {
        /// The query and the page to read.
        query: SearchParams,
    }
}

endpoint! {
    /// `GET /search?scope=refund`: searches refunds and reads a page of the result.
    #[derive(Default)]
    SearchRefunds: "search.refunds" = Get "/search", SecretOnly, Read -> SearchResult<Refund>;
    always {
        scope = "refund",
    }
    then {
        /// The query and the page to read.
        query: SearchParams,
    }
}
