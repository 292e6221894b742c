//! Calls that search.

use super::definition::endpoint;
use super::query::SearchParams;
use crate::charge::Charge;
use crate::refund::Refund;
use crate::search::SearchResult;

endpoint! {
    /// `GET /search?scope=charge`: reads a page of the charges that were found.
    ///
    /// It asks an index, of which nothing says how soon it knows of a new charge: to find out what
    /// became of a request, [`ListCharges`](super::ListCharges) is the call.
    #[derive(Default)]
    SearchCharges: "search.charges" = Get "/search", SecretOnly, Read -> SearchResult<Charge>;
    always {
        scope = "charge",
    }
    then {
        /// What to search for.
        query: SearchParams,
    }
}

endpoint! {
    /// `GET /search?scope=refund`: reads a page of the refunds that were found.
    #[derive(Default)]
    SearchRefunds: "search.refunds" = Get "/search", SecretOnly, Read -> SearchResult<Refund>;
    always {
        scope = "refund",
    }
    then {
        /// What to search for.
        query: SearchParams,
    }
}
