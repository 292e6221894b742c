//! Operation names in fault rules.

use crate::api::{FOR_ANY_KEY, FOR_PAYMENTS, FOR_THE_ACCOUNT};
use crate::route::{Route, parts};

/// Returns the API operation of a request; `None` if the request matches no operation.
pub(super) fn operation(method: &str, path: &str, query: &str) -> Option<&'static str> {
    let path: Vec<&str> = parts(path).collect();
    let find = |table| Route::find(table, method, &path).map(|(route, _)| route.name);
    Some(match [FOR_ANY_KEY, FOR_PAYMENTS, FOR_THE_ACCOUNT].into_iter().find_map(find)? {
        "search" if query.contains("scope=refund") => "search.refunds",
        "search" => "search.charges",
        name => name,
    })
}

/// Finds an operation by name.
pub(super) fn named(name: &str) -> Option<&'static str> {
    operations().find(|known| *known == name)
}

fn operations() -> impl Iterator<Item = &'static str> {
    let rows = [FOR_ANY_KEY, FOR_PAYMENTS, FOR_THE_ACCOUNT].into_iter().flatten().map(|route| route.name);
    rows.filter(|name| *name != "search").chain(["search.refunds", "search.charges"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_matches_a_route() {
        let tables = [FOR_ANY_KEY, FOR_PAYMENTS, FOR_THE_ACCOUNT];
        let rows: Vec<_> = tables.into_iter().flatten().collect();
        for name in operations() {
            assert_eq!(named(name), Some(name));
            let own = name.split("search.").next().filter(|own| !own.is_empty()).unwrap_or("search");
            let row = rows.iter().find(|row| row.name == own).expect("a row");
            let query = if name == "search.refunds" { "scope=refund" } else { "" };
            assert_eq!(operation(row.methods[0], row.path, query), Some(name));
        }
    }
}
