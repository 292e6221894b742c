//! Route tables: a row has methods, a path and a handler. They route the API here and the calls and pages of
//! `kakaopay-sandbox-server`, whose OpenAPI document is generated from them.

/// Values of a path's parameters. A path has at most two; unused ones are empty.
pub type PathParams<'p> = [&'p str; 2];

/// A row of a route table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Route<H> {
    /// Accepted methods. The first is documented; older clients send the others.
    pub methods: &'static [&'static str],
    /// Path such as `/charges/{charge}`, with parameters in braces.
    pub path: &'static str,
    /// Operation name, such as `charges.retrieve`.
    pub name: &'static str,
    /// Handles the call.
    pub handler: H,
}

/// Splits a path at slashes. A trailing slash adds no segment.
pub fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// Creates a `GET` route.
#[must_use]
pub const fn get<H>(path: &'static str, name: &'static str, handler: H) -> Route<H> {
    Route { methods: &["GET"], path, name, handler }
}

/// Creates a `POST` route.
#[must_use]
pub const fn post<H>(path: &'static str, name: &'static str, handler: H) -> Route<H> {
    Route { methods: &["POST"], path, name, handler }
}

/// Creates a `PATCH` route that also accepts `PUT`, as older clients send it.
#[must_use]
pub const fn patch<H>(path: &'static str, name: &'static str, handler: H) -> Route<H> {
    Route { methods: &["PATCH", "PUT"], path, name, handler }
}

/// Creates a `DELETE` route.
#[must_use]
pub const fn delete<H>(path: &'static str, name: &'static str, handler: H) -> Route<H> {
    Route { methods: &["DELETE"], path, name, handler }
}

impl<H> Route<H> {
    /// Finds the route of a request, and the values of its path parameters. `path` is split by [`parts`].
    pub fn find<'r, 'p, P: AsRef<str>>(
        routes: &'r [Self],
        method: &str,
        path: &'p [P],
    ) -> Option<(&'r Self, PathParams<'p>)> {
        let of_method = routes.iter().filter(|route| route.methods.contains(&method));
        of_method.filter_map(|route| Some((route, route.params(path)?))).next()
    }

    /// Returns the methods that a path accepts; empty if no route has this path.
    pub fn methods<P: AsRef<str>>(routes: &[Self], path: &[P]) -> Vec<&'static str> {
        let found = routes.iter().filter(|route| route.params(path).is_some());
        found.flat_map(|route| route.methods).copied().collect()
    }

    fn params<'p, P: AsRef<str>>(&self, path: &'p [P]) -> Option<PathParams<'p>> {
        let mut ids = PathParams::default();
        let mut free = ids.iter_mut();
        let mut given = path.iter().map(AsRef::as_ref);
        for part in self.path.split('/').skip(1) {
            let given = given.next()?;
            if part.starts_with('{') {
                *free.next()? = given;
            } else if part != given {
                return None;
            }
        }
        given.next().is_none().then_some(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: [Route<()>; 3] =
        [get("/a", "a", ()), patch("/a/{b}", "b", ()), post("/a/{b}/c/{d}", "d", ())];

    #[track_caller]
    fn check(method: &str, path: &[&str], expected: Option<(&str, PathParams<'_>)>) {
        let found = Route::find(&ROUTES, method, path).map(|(route, ids)| (route.name, ids));
        assert_eq!(found, expected, "{method} {path:?}");
    }

    #[test]
    fn requests_match_routes_with_path_parameters() {
        check("GET", &["a"], Some(("a", ["", ""])));
        check("PATCH", &["a", "1"], Some(("b", ["1", ""])));
        check("PUT", &["a", "1"], Some(("b", ["1", ""])));
        check("POST", &["a", "1", "c", "2"], Some(("d", ["1", "2"])));
        for (method, path) in [
            ("GET", &[][..]),
            ("POST", &["a"]),
            ("GET", &["b"]),
            ("GET", &["a", "1"]),
            ("POST", &["a", "1", "c"]),
            ("POST", &["a", "1", "d", "2"]),
            ("POST", &["a", "1", "c", "2", "e"]),
        ] {
            check(method, path, None);
        }
        assert_eq!(Route::methods(&ROUTES, &["a", "1"]), ["PATCH", "PUT"]);
        assert_eq!(Route::methods(&ROUTES, &["b"]), [""; 0]);
    }
}
